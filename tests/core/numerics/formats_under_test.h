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

/// The known formats, IEEE-like ones of every shape, and what only data can say: odd biases, no subnormals, other
/// special values.
inline std::vector<Format> everyKindOfFormat() {
    const auto known = knownFormats();
    std::vector<Format> formats(known.begin(), known.end());
    for (const char* name : {"e1m0", "e1m2",  "e1m23", "e2m0", "e3m4", "e5m0",  "e6m9",   "e7m23", "e7m30",  "e8m0",
                             "e8m1", "e8m22", "e8m30", "e9m0", "e9m5", "e9m23", "e10m12", "e11m1", "e11m30", "e11m52"})
        if (const auto f = findFormat(name); f->signBits == 1) formats.push_back(*f);
    for (const char* name : {"e4m3ieee", "e4m3b11fnuz", "e8m7fn", "e8m7f", "e1m3fn", "e3m2fnuz", "e5m2b-40", "e5m2b150",
                             "e5m10b133", "e3m40b-150", "e2m1nosub", "e5m2fnuznosub", "e9m5nosub", "e8m7fnosub"})
        formats.push_back(*findFormat(name));
    formats.push_back(*findFormat("e8m0ieee"));
    for (const char* name : {"fp32", "bf16", "fp16", "e4m3"}) {
        Format f = *findFormat(name);
        f.name += " without subnormals";
        f.subnormals = false;
        formats.push_back(f);
    }
    return formats;
}

}  // namespace test
}  // namespace mantissa
