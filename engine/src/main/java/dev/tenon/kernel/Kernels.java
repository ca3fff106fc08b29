package dev.tenon.kernel;

/// The kernels of one backend, one field per family.
///
/// @param name the backend's name: `scalar`, `vector`, `machine`
/// @param elementwise maps over elements with broadcasting
/// @param reduce sums, extremes and softmax along an axis
/// @param matmul matrix products
/// @param norm normalisation
/// @param conv convolution
/// @param resample pooling and up-sampling
/// @param attention scaled dot-product attention
/// @param index gather, embedding, concatenation, padding
/// @param loss losses
/// @param random counter-based random numbers
/// @param optim optimizer steps
/// @param quant products with quantised weights
public record Kernels(
        String name,
        ElementwiseKernel elementwise,
        ReduceKernel reduce,
        MatmulKernel matmul,
        NormKernel norm,
        ConvKernel conv,
        ResampleKernel resample,
        AttentionKernel attention,
        IndexKernel index,
        LossKernel loss,
        RandomKernel random,
        OptimKernel optim,
        QuantKernel quant) {}
