package dev.tenon.kernel.machine;

import dev.tenon.kernel.machine.Node.Comparison;

/// The rules of the family Optim as formulas of a [Pass].
///
/// Numbers 0 to 2 in memory are the decay's: the gradient's scale, L2 and what of the weight is
/// kept. The step's follow, in the order in which [MachineOptim] writes them.
enum OptimRule {
    SGD,
    MOMENTUM,
    ADAM,
    AMSGRAD,
    ADAMAX,
    RMS_PROP,
    RMS_PROP_MOMENTUM,
    RMS_PROP_CENTERED,
    RMS_PROP_CENTERED_MOMENTUM,
    ADAGRAD,
    ADADELTA,
    NADAM,
    LION,
    FTRL,
    SCHEDULE_FREE,
    COMBINE,
    SCALE;

    // where a routine finds its operands
    static final Gpr THIRD = Gpr.RBX; // third state; its address comes in memory
    static final Gpr NUMBERS = Gpr.R8;
    static final Gpr WEIGHT = Gpr.RDI;
    static final Gpr GRADIENT = Gpr.RSI;
    static final Gpr FIRST = Gpr.RDX;
    static final Gpr SECOND = Gpr.RCX;
    static final int L2 = 1; // number of the decay's, among them

    /// Returns the form of RMSprop.
    static OptimRule rmsProp(boolean centered, boolean momentum) {
        if (centered) {
            return momentum ? RMS_PROP_CENTERED_MOMENTUM : RMS_PROP_CENTERED;
        }
        return momentum ? RMS_PROP_MOMENTUM : RMS_PROP;
    }

    /// Says whether the rule begins with a [dev.tenon.kernel.OptimKernel.Decay].
    boolean hasDecay() {
        return this != COMBINE && this != SCALE;
    }

    /// Writes the rule.
    ///
    /// @param decays whether the weight is part of the gradient: times 0 an infinite one would be
    ///   NaN
    void write(Pass pass, boolean decays) {
        Node weight = pass.stream(WEIGHT);
        if (this == SCALE) {
            pass.store(WEIGHT, weight.mul(number(pass, 0)));
            return;
        }
        if (this == COMBINE) {
            Node kept = weight.mul(number(pass, 0));
            pass.store(WEIGHT, pass.stream(GRADIENT).fma(number(pass, 1), kept));
            return;
        }
        Node gradient = gradient(pass, weight, decays);
        switch (this) {
            case SGD, MOMENTUM -> sgd(pass, weight, gradient, this == MOMENTUM);
            case ADAM, AMSGRAD -> adam(pass, weight, gradient, this == AMSGRAD);
            case ADAMAX -> adamax(pass, weight, gradient);
            case RMS_PROP -> rmsProp(pass, weight, gradient, false, false);
            case RMS_PROP_MOMENTUM -> rmsProp(pass, weight, gradient, false, true);
            case RMS_PROP_CENTERED -> rmsProp(pass, weight, gradient, true, false);
            case RMS_PROP_CENTERED_MOMENTUM -> rmsProp(pass, weight, gradient, true, true);
            case ADAGRAD -> adagrad(pass, weight, gradient);
            case ADADELTA -> adadelta(pass, weight, gradient);
            case NADAM -> nadam(pass, weight, gradient);
            case LION -> lion(pass, weight, gradient);
            case FTRL -> ftrl(pass, weight, gradient);
            case SCHEDULE_FREE -> scheduleFree(pass, weight, gradient);
            case COMBINE, SCALE -> throw new IllegalStateException("optim: has no gradient");
        }
    }

    /// Returns what a rule sees of the gradient.
    static Node gradient(Pass pass, Node weight, boolean decays) {
        Node scaled = pass.stream(GRADIENT).mul(number(pass, 0));
        return decays ? weight.fma(number(pass, L2), scaled) : scaled;
    }

    static Node number(Pass pass, int index) {
        return pass.scalar(NUMBERS, 4 * index);
    }

    /// Keeps what the decay leaves of the weight, less the change.
    private static void change(Pass pass, Node weight, Node change) {
        pass.store(WEIGHT, weight.mul(number(pass, 2)).sub(change));
    }

    /// Moves a state towards `to` by share number `share`.
    static Node moved(Pass pass, Gpr state, Node to, int share) {
        Node old = pass.stream(state);
        Node moved = to.sub(old).fma(number(pass, share), old);
        pass.store(state, moved);
        return moved;
    }

    /// Moves a state towards the gradient's square by share number `share`.
    static Node movedToSquare(Pass pass, Gpr state, Node gradient, int share) {
        Node old = pass.stream(state);
        Node moved = gradient.fma(gradient, old.neg()).fma(number(pass, share), old);
        pass.store(state, moved);
        return moved;
    }

    private static void sgd(Pass pass, Node weight, Node gradient, boolean momentum) {
        Node changed = gradient.fma(number(pass, 6), weight.mul(number(pass, 2)));
        if (momentum) {
            Node taken = gradient.mul(number(pass, 4));
            Node velocity = pass.stream(FIRST).fma(number(pass, 3), taken);
            pass.store(FIRST, velocity);
            changed = velocity.fma(number(pass, 5), changed);
        }
        pass.store(WEIGHT, changed);
    }

    private static void adam(Pass pass, Node weight, Node gradient, boolean amsgrad) {
        Node first = moved(pass, FIRST, gradient, 3);
        Node second = movedToSquare(pass, SECOND, gradient, 4);
        if (amsgrad) {
            second = pass.stream(THIRD).maximum(second);
            pass.store(THIRD, second);
        }
        Node root = second.sqrt().fma(number(pass, 6), number(pass, 7));
        change(pass, weight, first.mul(number(pass, 5)).div(root));
    }

    private static void adamax(Pass pass, Node weight, Node gradient) {
        Node first = moved(pass, FIRST, gradient, 3);
        Node decayed = pass.stream(SECOND).mul(number(pass, 4));
        Node size = decayed.maximum(gradient.abs().add(number(pass, 6)));
        pass.store(SECOND, size);
        change(pass, weight, first.mul(number(pass, 5)).div(size.add(number(pass, 7))));
    }

    private static void rmsProp(
            Pass pass, Node weight, Node gradient, boolean centered, boolean momentum) {
        Node second = movedToSquare(pass, FIRST, gradient, 3);
        if (centered) {
            Node mean = moved(pass, SECOND, gradient, 3);
            second = pass.constant(0f).max(mean.fnma(mean, second)); // NaN stays
        }
        Node root = second.add(number(pass, 7)).sqrt().add(number(pass, 8));
        Node change = gradient.mul(number(pass, 5)).div(root);
        if (momentum) {
            change = pass.stream(THIRD).fma(number(pass, 4), change);
            pass.store(THIRD, change);
        }
        change(pass, weight, change.mul(number(pass, 6)));
    }

    private static void adagrad(Pass pass, Node weight, Node gradient) {
        Node sum = gradient.fma(gradient, pass.stream(FIRST));
        pass.store(FIRST, sum);
        Node root = sum.add(number(pass, 4)).sqrt().add(number(pass, 5));
        change(pass, weight, gradient.mul(number(pass, 3)).div(root));
    }

    private static void adadelta(Pass pass, Node weight, Node gradient) {
        Node second = movedToSquare(pass, FIRST, gradient, 3);
        Node changes = pass.stream(SECOND);
        Node epsilon = number(pass, 5);
        Node ratio = changes.add(epsilon).sqrt().div(second.add(epsilon).sqrt());
        Node change = gradient.mul(ratio);
        Node moved = change.fma(change, changes.neg()).fma(number(pass, 3), changes);
        pass.store(SECOND, moved);
        change(pass, weight, change.mul(number(pass, 4)));
    }

    private static void nadam(Pass pass, Node weight, Node gradient) {
        Node first = moved(pass, FIRST, gradient, 3);
        Node second = movedToSquare(pass, SECOND, gradient, 4);
        Node ahead = first.fma(number(pass, 5), gradient.mul(number(pass, 6)));
        Node root = second.sqrt().fma(number(pass, 7), number(pass, 8));
        change(pass, weight, ahead.div(root));
    }

    private static void lion(Pass pass, Node weight, Node gradient) {
        Node mean = pass.stream(FIRST);
        Node away = gradient.sub(mean);
        Node direction = away.fma(number(pass, 3), mean);
        pass.store(FIRST, away.fma(number(pass, 4), mean));
        Node rate = number(pass, 5);
        Node zero = pass.constant(0f);
        Node up = direction.select(Comparison.GREATER, zero, rate, direction); // 0 and NaN stay
        change(pass, weight, direction.select(Comparison.LESS, zero, rate.neg(), up));
    }

    private static void ftrl(Pass pass, Node weight, Node gradient) {
        Node kept = weight.mul(number(pass, 2));
        Node before = pass.stream(FIRST);
        Node after = gradient.fma(gradient, before);
        pass.store(FIRST, after);
        Node root = after.sqrt();
        Node grown = root.sub(before.sqrt()).mul(number(pass, 3));
        Node pulled = kept.fma(number(pass, 6), pass.stream(SECOND).add(gradient));
        Node linear = grown.fnma(kept, pulled);
        pass.store(SECOND, linear);
        Node l1 = number(pass, 4);
        Node within = l1.min(l1.neg().max(linear)); // NaN stays
        Node by = root.fma(number(pass, 3), number(pass, 5));
        pass.store(WEIGHT, within.sub(linear).div(by));
    }

    private static void scheduleFree(Pass pass, Node weight, Node gradient) {
        Node kept = weight.mul(number(pass, 2));
        Node second = movedToSquare(pass, SECOND, gradient, 6);
        Node root = second.sqrt().fma(number(pass, 8), number(pass, 9));
        Node before = pass.stream(FIRST);
        Node point = before.sub(gradient.mul(number(pass, 7)).div(root));
        pass.store(FIRST, point);
        Node share = number(pass, 4); // of z in the weight
        Node average = before.fnma(share, kept).mul(number(pass, 5));
        Node next = point.sub(average).fma(number(pass, 10), average);
        pass.store(WEIGHT, next.fma(number(pass, 3), point.mul(share)));
    }
}
