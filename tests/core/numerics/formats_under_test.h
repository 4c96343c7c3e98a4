#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "numerics/format.h"
#include "numerics/rounding.h"

namespace mantissa {

/// GoogleTest prints a format by its name.
inline void PrintTo(const Format& f, std::ostream* out) { *out << f.name; }

namespace test {

inline constexpr Rounding kRoundings[] = {Rounding::nearestEven, Rounding::nearestAway, Rounding::towardZero,
                                          Rounding::up,          Rounding::down,        Rounding::toOdd,
                                          Rounding::stochastic};
inline constexpr Overflow kOverflows[] = {Overflow::standard, Overflow::saturate};

/// A signed floating-point format that has no name in the program.
inline Format unnamed(std::string name, int exponentBits, int fractionBits, int bias, Specials specials) {
    Format f;
    f.name = f.title = std::move(name);
    f.exponentBits = exponentBits;
    f.fractionBits = fractionBits;
    f.bias = bias;
    f.specials = specials;
    f.storageBits = f.bits();
    return f;
}

/// The known formats, IEEE-like ones of every shape, and what only data can say: odd biases, no subnormals, other
/// special values.
inline std::vector<Format> everyKindOfFormat() {
    const auto known = knownFormats();
    std::vector<Format> formats(known.begin(), known.end());
    for (const char* name : {"e1m0", "e1m2",  "e1m23", "e2m0", "e3m4", "e5m0",  "e6m9",   "e7m23", "e7m30",  "e8m0",
                             "e8m1", "e8m22", "e8m30", "e9m0", "e9m5", "e9m23", "e10m12", "e11m1", "e11m30", "e11m52"})
        if (const auto f = findFormat(name); f->signBits == 1) formats.push_back(*f);
    formats.push_back(unnamed("e8m0 signed", 8, 0, 127, Specials::ieee));
    formats.push_back(unnamed("e4m3 ieee", 4, 3, 7, Specials::ieee));
    formats.push_back(unnamed("e4m3b11fnuz", 4, 3, 11, Specials::negativeZeroNan));
    formats.push_back(unnamed("e8m7 fn", 8, 7, 127, Specials::allOnesNan));
    formats.push_back(unnamed("e8m7 finite", 8, 7, 127, Specials::none));
    formats.push_back(unnamed("e1m3 fn", 1, 3, 0, Specials::allOnesNan));
    formats.push_back(unnamed("e5m2 high", 5, 2, -40, Specials::ieee));
    formats.push_back(unnamed("e5m2 low", 5, 2, 150, Specials::ieee));
    formats.push_back(unnamed("e5m10 across", 5, 10, 133, Specials::ieee));
    for (const char* name : {"fp32", "bf16", "fp16", "e4m3", "e5m2fnuz", "e9m5", "e2m1"}) {
        Format f = *findFormat(name);
        f.name += " without subnormals";
        f.subnormals = false;
        formats.push_back(f);
    }
    return formats;
}

}  // namespace test
}  // namespace mantissa
