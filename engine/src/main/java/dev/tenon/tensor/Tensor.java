package dev.tenon.tensor;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Strided;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An array of numbers of one type with a shape, and, where gradients are wanted, the op that made
/// it.
///
/// Tensors are values: no op changes its inputs, and views ([#reshape], [#permute], [#slice],
/// [#expand]) share memory with what they view. Only parameters and statistics are written in
/// place, through [#assign]. Nobody closes a tensor ([Memory]).
public final class Tensor {
    private final Storage storage;
    private final Layout layout;
    private final DType type;
    private boolean leafNeedsGradient;
    private @Nullable Tensor gradient;
    private boolean gradientIsEmpty = true;
    private Autograd.@Nullable Node node;

    Tensor(Storage storage, Layout layout, DType type) {
        this.storage = storage;
        this.layout = layout;
        this.type = type;
    }

    // ---- making

    /// Returns a tensor whose contents are not set: for an op that writes every element.
    public static Tensor empty(DType type, Shape shape) {
        return new Tensor(
                Memory.allocate(type.bytes(shape.count())), Layout.contiguous(shape), type);
    }

    /// Returns a tensor of zeros.
    public static Tensor zeros(DType type, Shape shape) {
        Tensor tensor = empty(type, shape);
        tensor.storage.data().fill((byte) 0);
        return tensor;
    }

    /// Returns an F32 tensor of zeros.
    public static Tensor zeros(int... sizes) {
        return zeros(DType.F32, Shape.of(sizes));
    }

    /// Returns a tensor whose elements are all `value`.
    public static Tensor full(DType type, Shape shape, double value) {
        Tensor tensor = empty(type, shape);
        MemorySegment data = tensor.storage.data();
        for (long i = 0, n = shape.count(); i < n; i++) {
            type.write(data, i, value);
        }
        return tensor;
    }

    /// Returns an F32 tensor of ones.
    public static Tensor ones(int... sizes) {
        return full(DType.F32, Shape.of(sizes), 1);
    }

    /// Returns a tensor without axes that holds `value`.
    public static Tensor scalar(DType type, double value) {
        return full(type, Shape.of(), value);
    }

    /// Returns an F32 tensor with these elements in row-major order; without sizes it has one axis.
    ///
    /// @throws ShapeException if their number is not the shape's
    public static Tensor of(float[] values, int... sizes) {
        Tensor tensor = empty(DType.F32, checkedShape(values.length, sizes));
        MemorySegment.copy(
                values,
                0,
                tensor.storage.data(),
                java.lang.foreign.ValueLayout.JAVA_FLOAT,
                0,
                values.length);
        return tensor;
    }

    /// Returns an F64 tensor with these elements in row-major order; without sizes it has one axis.
    ///
    /// @throws ShapeException if their number is not the shape's
    public static Tensor of(double[] values, int... sizes) {
        Tensor tensor = empty(DType.F64, checkedShape(values.length, sizes));
        MemorySegment.copy(
                values,
                0,
                tensor.storage.data(),
                java.lang.foreign.ValueLayout.JAVA_DOUBLE,
                0,
                values.length);
        return tensor;
    }

    /// Returns an I64 tensor with these elements in row-major order; without sizes it has one axis.
    ///
    /// @throws ShapeException if their number is not the shape's
    public static Tensor of(long[] values, int... sizes) {
        Tensor tensor = empty(DType.I64, checkedShape(values.length, sizes));
        MemorySegment.copy(
                values,
                0,
                tensor.storage.data(),
                java.lang.foreign.ValueLayout.JAVA_LONG,
                0,
                values.length);
        return tensor;
    }

    /// Returns a tensor over memory that is not Tenon's, such as a mapped file: it is read in place
    /// and stays reachable with the tensor.
    ///
    /// @throws ShapeException if the segment's size is not that of the shape
    public static Tensor over(MemorySegment data, DType type, Shape shape) {
        if (data.byteSize() != type.bytes(shape.count())) {
            throw new ShapeException(
                    "tensor: the segment must hold the shape's elements; got "
                            + data.byteSize()
                            + " bytes for "
                            + type
                            + " "
                            + shape);
        }
        return new Tensor(new Storage(data), Layout.contiguous(shape), type);
    }

    private static Shape checkedShape(long count, int[] sizes) {
        Shape shape = sizes.length == 0 ? Shape.of(Math.toIntExact(count)) : Shape.of(sizes);
        if (shape.count() != count) {
            throw new ShapeException(
                    "tensor: the number of values must be the shape's; got "
                            + count
                            + " values for "
                            + shape);
        }
        return shape;
    }

    // ---- what it is

    public Shape shape() {
        return layout.shape;
    }

    public DType type() {
        return type;
    }

    /// Returns the number of axes.
    public int rank() {
        return layout.shape.rank();
    }

    /// Returns the size of `axis`; negative axes count from the end.
    public int size(int axis) {
        return layout.shape.size(axis);
    }

    /// Returns the number of elements.
    public long count() {
        return layout.shape.count();
    }

    /// Says whether the elements lie one after another in row-major order.
    public boolean isContiguous() {
        return layout.isContiguous();
    }

    /// Returns the memory of a contiguous tensor, exactly its elements: for kernels and for copying
    /// in and out.
    ///
    /// @throws ShapeException if the tensor is a view whose elements do not lie one after another
    public MemorySegment segment() {
        if (!isContiguous()) {
            throw new ShapeException(
                    "segment: the tensor must be contiguous; got a view "
                            + shape()
                            + ". Call contiguous() first");
        }
        MemorySegment data = storage.data();
        long bytes = type.bytes(count());
        return layout.offset == 0 && data.byteSize() == bytes
                ? data
                : data.asSlice(type.bytes(layout.offset), bytes);
    }

    /// Returns this tensor as an operand of an elementwise kernel, broadcast to `shape`.
    Strided strided(Shape shape) {
        Layout expanded = shape.equals(layout.shape) ? layout : layout.expand(shape);
        return new Strided(
                storage.data(), type, expanded.offset, expanded.shape.sizes(), expanded.strides);
    }

    Storage storage() {
        return storage;
    }

    Layout layout() {
        return layout;
    }

    // ---- reading

    /// Returns the only element as a double.
    ///
    /// @throws ShapeException if there is not exactly one
    public double item() {
        if (count() != 1) {
            throw new ShapeException("item: the tensor must have one element; got " + shape());
        }
        return type.read(storage.data(), layout.offset);
    }

    /// Returns the element at `index`, one number per axis, as a double.
    public double at(int... index) {
        if (index.length != rank()) {
            throw new ShapeException(
                    "at: one number per axis is needed; got "
                            + Arrays.toString(index)
                            + " for "
                            + shape());
        }
        long number = layout.offset;
        for (int axis = 0; axis < index.length; axis++) {
            number += java.util.Objects.checkIndex(index[axis], size(axis)) * layout.strides[axis];
        }
        return type.read(storage.data(), number);
    }

    /// Returns the elements in row-major order as doubles.
    public double[] toDoubles() {
        MemorySegment data = dense().segment();
        double[] values = new double[Math.toIntExact(count())];
        for (int i = 0; i < values.length; i++) {
            values[i] = type.read(data, i);
        }
        return values;
    }

    /// Returns the elements in row-major order as floats.
    public float[] toFloats() {
        MemorySegment data = dense().segment();
        float[] values = new float[Math.toIntExact(count())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) type.read(data, i);
        }
        return values;
    }

    /// Returns the elements in row-major order as longs; floating types truncate toward zero.
    public long[] toLongs() {
        MemorySegment data = dense().segment();
        long[] values = new long[Math.toIntExact(count())];
        for (int i = 0; i < values.length; i++) {
            values[i] = type.readLong(data, i);
        }
        return values;
    }

    // ---- views and copies

    /// Returns the same elements in the same order under another shape; one size may be -1 and is
    /// then worked out. It is a view where the memory allows it, otherwise a copy.
    ///
    /// @throws ShapeException if the number of elements differs
    public Tensor reshape(int... sizes) {
        return ViewOps.reshape(this, sizes);
    }

    /// Returns a view with the axes in another order: axis `i` of the result is axis `axes[i]` of
    /// this.
    public Tensor permute(int... axes) {
        return ViewOps.permute(this, axes);
    }

    /// Returns a view with two axes swapped.
    public Tensor transpose(int a, int b) {
        int[] axes = new int[rank()];
        Arrays.setAll(axes, i -> i);
        int first = shape().axis(a, "transpose");
        int second = shape().axis(b, "transpose");
        axes[first] = second;
        axes[second] = first;
        return permute(axes);
    }

    /// Returns a view of the elements `from` (included) to `to` (excluded) along `axis`.
    public Tensor slice(int axis, int from, int to) {
        return ViewOps.slice(this, axis, from, to);
    }

    /// Returns a view in which axes of size 1 are repeated, and new axes in front, to reach
    /// `shape`.
    public Tensor expand(Shape shape) {
        return ViewOps.expand(this, shape);
    }

    /// Returns this tensor if it is contiguous, otherwise a copy that is.
    public Tensor contiguous() {
        return isContiguous() ? this : ElementwiseOps.copy(this);
    }

    /// Returns this tensor if it is contiguous, otherwise a copy that is and that no gradient flows
    /// through: for a kernel that reads it once.
    ///
    /// An op whose gradient goes to this tensor itself must not record the copy: backward would
    /// never come to it, and what it holds would wait for the garbage collector.
    Tensor dense() {
        return isContiguous() ? this : Autograd.noGrad(() -> ElementwiseOps.copy(this));
    }

    /// Returns the elements converted to `type`, this tensor if it has that type.
    public Tensor to(DType type) {
        return type == this.type ? this : ElementwiseOps.cast(this, type);
    }

    // ---- arithmetic, in ElementwiseOps, MatmulOps and ReduceOps

    /// Returns `this + other`, broadcast.
    public Tensor add(Tensor other) {
        return ElementwiseOps.add(this, other);
    }

    /// Returns `this + value`.
    public Tensor add(double value) {
        return ElementwiseOps.add(this, value);
    }

    /// Returns `this - other`, broadcast.
    public Tensor sub(Tensor other) {
        return ElementwiseOps.sub(this, other);
    }

    /// Returns `this * other`, element by element, broadcast.
    public Tensor mul(Tensor other) {
        return ElementwiseOps.mul(this, other);
    }

    /// Returns `this * value`.
    public Tensor mul(double value) {
        return ElementwiseOps.mul(this, value);
    }

    /// Returns `this / other`, element by element, broadcast.
    public Tensor div(Tensor other) {
        return ElementwiseOps.div(this, other);
    }

    /// Returns the sum of all elements, a scalar.
    public Tensor sum() {
        return ReduceOps.sum(this);
    }

    /// Returns the mean of all elements, a scalar.
    public Tensor mean() {
        return ReduceOps.mean(this);
    }

    // ---- gradients

    /// Says whether a gradient with respect to this tensor is worked out: it is a parameter, or
    /// computed from one.
    public boolean needsGradient() {
        return leafNeedsGradient || node != null;
    }

    /// Marks this tensor, which no recorded op made, as one whose gradient is wanted; returns it.
    public Tensor requireGradient() {
        if (node != null) {
            throw new TenonException(
                    "requireGradient: only a tensor that no op made; got one made by "
                            + node.op.name()
                            + ". Call detach() first");
        }
        if (!type.isArithmetic()) {
            throw new TenonException("requireGradient: the type must be F32 or F64; got " + type);
        }
        leafNeedsGradient = true;
        storage.keep();
        return this;
    }

    /// Returns the gradient that `backward` added up here, or null before the first and after
    /// [#clearGradient()].
    public @Nullable Tensor gradient() {
        return gradientIsEmpty ? null : gradient;
    }

    /// Forgets the gradient; its memory stays for the next one.
    public void clearGradient() {
        gradientIsEmpty = true;
    }

    /// Works out the gradient of this scalar with respect to every tensor it depends on that
    /// [#requireGradient()] marked, adds each to that tensor's [#gradient()], and gives back what
    /// the graph saved.
    public void backward() {
        backward(Autograd.Graph.FREE);
    }

    /// Works out gradients as [#backward()] does and frees or keeps the graph.
    public void backward(Autograd.Graph graph) {
        if (count() != 1) {
            throw new ShapeException(
                    "backward: the loss must have one element; got "
                            + shape()
                            + ". Take its mean or sum, or pass the upstream gradient");
        }
        backward(full(type, shape(), 1), graph);
    }

    /// Works out gradients as [#backward()] does, starting from `upstream`, the gradient of some
    /// loss with respect to this.
    public void backward(Tensor upstream, Autograd.Graph graph) {
        if (!upstream.shape().equals(shape()) || upstream.type != type) {
            throw new ShapeException(
                    "backward: the upstream gradient must have the tensor's shape and type; got "
                            + upstream.type
                            + " "
                            + upstream.shape()
                            + " for "
                            + type
                            + " "
                            + shape());
        }
        Autograd.backward(this, upstream, graph);
    }

    /// Returns the same values without their history: no gradient flows through the result.
    public Tensor detach() {
        storage.keep();
        return new Tensor(storage, layout, type);
    }

    /// Keeps this tensor's memory after `backward` and [Memory#tidy]; returns it.
    public Tensor keep() {
        storage.keep();
        return this;
    }

    /// Overwrites the elements with those of `values`, in place; for parameters, statistics and
    /// loading.
    ///
    /// @throws ShapeException if the shapes differ
    public void assign(Tensor values) {
        if (!values.shape().equals(shape())) {
            throw new ShapeException(
                    "assign: shapes must be equal; got " + values.shape() + " for " + shape());
        }
        Backend.kernels().elementwise().copy(strided(shape()), values.strided(shape()));
        storage.written();
    }

    /// Notes that a kernel wrote this tensor in place.
    public void written() {
        storage.written();
    }

    Autograd.@Nullable Node node() {
        return node;
    }

    void madeBy(Autograd.Node maker) {
        node = maker;
    }

    void accumulate(Tensor more) {
        if (gradient == null) {
            gradient = zeros(type, shape()).keep();
        }
        if (gradientIsEmpty) {
            gradient.assign(more);
            gradientIsEmpty = false;
        } else {
            gradient.assign(ElementwiseOps.add(gradient, more));
        }
    }

    /// Returns type and shape, for example `F32 [2, 3]`; for up to 16 elements their values too.
    @Override
    public String toString() {
        return type + " " + shape() + (count() <= 16 ? " " + Arrays.toString(toDoubles()) : "");
    }
}
