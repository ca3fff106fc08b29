package dev.tenon.kernel.machine;

/// The routines that the family Conv is made of.
///
/// @param isa the vectors they are made for
/// @param tile sums over windows
/// @param weightTile sums over places
/// @param tapTile sums over places that lie in lanes
/// @param copies rows into scratch and out of it
/// @param interleave rows side by side
/// @param strided rows with steps between elements
/// @param sums sums over channels
/// @param finite whether weights are numbers
record ConvCode(
        Isa isa,
        ConvTile tile,
        ConvWeightTile weightTile,
        TapTile tapTile,
        PlaneCopy copies,
        Interleave interleave,
        StridedCopy strided,
        PlaneSums sums,
        FiniteCheck finite) {
    static ConvCode create(Isa isa) {
        return new ConvCode(
                isa,
                new ConvTile(isa),
                new ConvWeightTile(isa),
                new TapTile(isa),
                new PlaneCopy(isa),
                new Interleave(),
                new StridedCopy(),
                new PlaneSums(isa),
                new FiniteCheck(isa));
    }
}
