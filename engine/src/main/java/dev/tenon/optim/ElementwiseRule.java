package dev.tenon.optim;

/// A rule that changes each element by that element's gradient and slots alone, whatever the others
/// are.
///
/// So it may be given part of a parameter, and parts of many parameters may be changed side by
/// side, by several threads: [#update] must not depend on the shape, nor on which part comes first.
/// And it takes the gradient times [UpdateRule.Update#gradientScale()], in the same pass over
/// memory; another rule finds a gradient that is scaled already.
public interface ElementwiseRule extends UpdateRule {}
