/// The machine backend: x86-64 code that Tenon writes at run time with its own assembler and calls
/// through java.lang.foreign. Needs AVX2 and FMA; takes AVX-512 where there is any.
@NullMarked
package dev.tenon.kernel.machine;

import org.jspecify.annotations.NullMarked;
