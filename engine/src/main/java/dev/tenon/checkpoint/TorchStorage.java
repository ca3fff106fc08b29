package dev.tenon.checkpoint;

/// A reference from a pickle to numbers that lie outside it.
///
/// @param type the type of the elements
/// @param key the name of the storage in the file
/// @param offset the first element, in elements of the named storage
/// @param count the number of elements
record TorchStorage(StoredType type, String key, long offset, long count) {
    /// A view of a storage's elements, as the pickle describes it, not yet checked against the
    /// storage.
    ///
    /// @param storage where the elements lie
    /// @param type their type
    /// @param offset the storage's element that is the first of the tensor
    /// @param sizes one number per axis
    /// @param strides steps between elements, one number per axis
    record View(TorchStorage storage, StoredType type, long offset, int[] sizes, long[] strides) {}
}
