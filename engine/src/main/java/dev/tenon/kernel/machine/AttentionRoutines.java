package dev.tenon.kernel.machine;

/// All routines of attention for one width of vectors: written once, they serve every shape.
///
/// @param isa the vectors they are for
/// @param forward by vectors of a tile's row, less one
/// @param backward by vectors of a tile's row, less one
/// @param queries by vectors of a query's elements, less one
/// @param state fills the state of the gradient
/// @param merge writes `dq`
record AttentionRoutines(
        Isa isa,
        Routine[] forward,
        AttentionBackward.Routines[] backward,
        Routine[] queries,
        Routine state,
        Routine merge) {
    static AttentionRoutines of(Isa isa) {
        int most = AttentionCode.mostVectors(isa);
        Routine[] forward = new Routine[most];
        Routine[] queries = new Routine[most];
        AttentionBackward.Routines[] backward = new AttentionBackward.Routines[most];
        for (int i = 0; i < most; i++) {
            forward[i] = AttentionForward.routine(isa, i + 1);
            backward[i] = AttentionBackward.Routines.of(isa, i + 1);
            queries[i] = AttentionQueries.product(isa, i + 1);
        }
        return new AttentionRoutines(
                isa,
                forward,
                backward,
                queries,
                AttentionQueries.state(isa),
                AttentionQueries.merge(isa));
    }

    /// Returns how many queries or keys the longest tile holds.
    int tile() {
        return AttentionCode.mostVectors(isa) * isa.lanes();
    }

    /// Returns the vectors that `count` elements need.
    int vectors(int count) {
        return (count + isa.lanes() - 1) / isa.lanes();
    }
}
