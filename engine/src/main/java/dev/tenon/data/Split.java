package dev.tenon.data;

/// A data set in two parts that share no image.
///
/// @param train what a model learns from
/// @param test what it is judged by
public record Split(Dataset train, Dataset test) {}
