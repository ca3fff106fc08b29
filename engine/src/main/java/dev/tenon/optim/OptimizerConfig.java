package dev.tenon.optim;

/// An optimizer before it has parameters: what Keras calls one that is not built.
///
/// | | Keras's name |
/// |---|---|
/// | [OptimizerSettings] | any optimizer: a rule, a learning rate and the options of its base class |
/// | [OptimizerMap] | MultiOptimizer of an OptimizerMap: some parameters have settings of their own |
/// | [LossScale] | LossScaleOptimizer around another |
///
/// `new Optimizer(params, config)` builds it.
public sealed interface OptimizerConfig permits OptimizerSettings, OptimizerMap, LossScale {}
