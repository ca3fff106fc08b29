package dev.tenon.kernel.machine;

/// The routines that the family Conv is made of.
///
/// @param isa the vectors they are made for
/// @param tile sums over windows
/// @param weightTile sums over places
/// @param copies rows into scratch and out of it
/// @param interleave rows side by side
record ConvCode(
        Isa isa,
        ConvTile tile,
        ConvWeightTile weightTile,
        PlaneCopy copies,
        Interleave interleave) {
    static ConvCode create(Isa isa) {
        return new ConvCode(
                isa,
                new ConvTile(isa),
                new ConvWeightTile(isa),
                new PlaneCopy(isa),
                new Interleave());
    }
}
