#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <thread>
#include <vector>

#include "numerics/rounding.h"
#include "numerics/rounding_internal.h"

// The array kernel works on the bits of the float32 inputs without branches, so that the compiler turns each loop into vector code;
// the best instruction set is chosen when the program starts. It must agree with roundTo bit by bit.

// Sanitizers do not get along with the resolvers that choose among the clones before main.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define MANTISSA_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), noinline))
#else
#define MANTISSA_CLONES
#endif

namespace mantissa {
namespace {

/// What the kernel needs to know of a format, in terms of float32's own fields.
struct Parameters {
    int dropNormal;              ///< fraction bits that float32 has more, at least 0
    int lowestField;             ///< float32 exponent field of the format's smallest normal value, from 1 on
    std::uint32_t maxBits;       ///< float32 bits of the largest finite value
    std::uint32_t overflowUp;    ///< float32 bits of what +overflow becomes
    std::uint32_t overflowDown;  ///< of what −overflow becomes, as a magnitude
    std::uint32_t infinityBits;  ///< of what an infinite input becomes, as a magnitude
    std::uint32_t nanBits;       ///< of what a NaN becomes, as a magnitude
    std::uint32_t negativeZero;  ///< 0x80000000 where −0 is kept, else 0
    std::uint32_t key;
    float quantum;               ///< the smallest subnormal
};

constexpr std::uint32_t kSign = 0x80000000u;

/// Selections by mask instead of ?:, which the compiler would turn back into branches that no vector unit can take.
[[gnu::always_inline]] inline std::uint32_t maskOf(bool condition) { return 0u - static_cast<std::uint32_t>(condition); }
[[gnu::always_inline]] inline std::uint32_t select(std::uint32_t mask, std::uint32_t yes, std::uint32_t no) {
    return (yes & mask) | (no & ~mask);
}
[[gnu::always_inline]] inline int larger(int a, int b) { return a > b ? a : b; }
[[gnu::always_inline]] inline int smaller(int a, int b) { return a < b ? a : b; }

template <Rounding mode>
[[gnu::always_inline]] inline std::uint32_t roundBits(std::uint32_t bits, std::uint32_t indexLow, const Parameters& p) {
    const std::uint32_t sign = bits & kSign;
    const std::uint32_t magnitude = bits & ~kSign;
    const std::uint32_t negative = sign >> 31;
    const int field = static_cast<int>(magnitude >> 23);
    const std::uint32_t significand = (magnitude & 0x7FFFFFu) | (maskOf(field != 0) & 0x800000u);
    const int binade = larger(field, 1);

    // How many of the significand's bits the format does not hold here; past 25 they are all remainder, below one half.
    const std::uint32_t subnormal = maskOf(binade < p.lowestField);
    const int full = p.dropNormal + larger(p.lowestField - binade, 0);
    const int drop = smaller(full, 26);
    const std::uint32_t unit = 1u << drop;
    const std::uint32_t remainderMask = unit - 1u;
    const std::uint32_t whole = significand >> drop;
    const std::uint32_t remainder = significand & remainderMask;
    const std::uint32_t inexact = maskOf(remainder != 0) & 1u;
    std::uint32_t k = 0;
    if constexpr (mode == Rounding::nearestEven) {
        // Adding one less than half, plus one where the last kept bit is odd, carries exactly when the tie rule says so.
        k = (significand + (remainderMask >> 1) + (whole & (unit >> 1 != 0) & 1u)) >> drop;
    } else if constexpr (mode == Rounding::nearestAway) {
        k = (significand + (unit >> 1)) >> drop;
    } else if constexpr (mode == Rounding::towardZero) {
        k = whole;
    } else if constexpr (mode == Rounding::up) {
        k = whole + (inexact & (negative ^ 1u));
    } else if constexpr (mode == Rounding::down) {
        k = whole + (inexact & negative);
    } else if constexpr (mode == Rounding::toOdd) {
        k = whole | inexact;
    } else {
        // The remainder may be longer than `drop` where drop was capped: then its leading bits are 0 anyway.
        const std::uint32_t random = detail::randomFrom(p.key, indexLow);
        const int over = smaller(larger(full - 26, 0), 31);
        const std::uint32_t leading = (remainder << ((32 - drop) & 31)) >> over;
        k = whole + ((maskOf(leading > ~random) & maskOf(drop != 0)) & 1u);
    }

    // Normal: put the kept bits back below the exponent; a carry moves into it by itself. Subnormal: k quanta.
    const std::uint32_t normal = static_cast<std::uint32_t>(binade - 1) * 0x800000u + (k << drop);
    const std::uint32_t small = std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<std::int32_t>(k)) * p.quantum);
    std::uint32_t result = select(subnormal, small, normal);

    const std::uint32_t overflow = select(0u - negative, p.overflowDown, p.overflowUp);
    result = select(maskOf(result > p.maxBits), overflow, result);
    result = select(maskOf(magnitude == 0x7F800000u), p.infinityBits, result);
    result = select(maskOf(magnitude > 0x7F800000u), p.nanBits, result);
    return result | (sign & (p.negativeZero | maskOf(result != 0)));
}

template <Rounding mode>
[[gnu::always_inline]] inline void roundBlock(const std::uint32_t* in, std::uint32_t* out, std::size_t count, std::uint32_t indexLow,
                                              const Parameters& p) {
    const Parameters local = p;  // by value: the compiler need not fear that `out` overwrites it
    for (std::size_t i = 0; i < count; ++i) out[i] = roundBits<mode>(in[i], indexLow + static_cast<std::uint32_t>(i), local);
}

#define MANTISSA_KERNEL(name, mode)                                                                             \
    MANTISSA_CLONES void name(const std::uint32_t* in, std::uint32_t* out, std::size_t count, std::uint32_t low, \
                              const Parameters& p) {                                                             \
        roundBlock<mode>(in, out, count, low, p);                                                                \
    }
MANTISSA_KERNEL(roundNearestEven, Rounding::nearestEven)
MANTISSA_KERNEL(roundNearestAway, Rounding::nearestAway)
MANTISSA_KERNEL(roundTowardZero, Rounding::towardZero)
MANTISSA_KERNEL(roundUp, Rounding::up)
MANTISSA_KERNEL(roundDown, Rounding::down)
MANTISSA_KERNEL(roundToOdd, Rounding::toOdd)
MANTISSA_KERNEL(roundStochastic, Rounding::stochastic)
#undef MANTISSA_KERNEL

using Kernel = void (*)(const std::uint32_t*, std::uint32_t*, std::size_t, std::uint32_t, const Parameters&);

Kernel kernelFor(Rounding rounding) {
    switch (rounding) {
        case Rounding::nearestEven: return roundNearestEven;
        case Rounding::nearestAway: return roundNearestAway;
        case Rounding::towardZero: return roundTowardZero;
        case Rounding::up: return roundUp;
        case Rounding::down: return roundDown;
        case Rounding::toOdd: return roundToOdd;
        case Rounding::stochastic: return roundStochastic;
    }
    return roundNearestEven;
}

std::uint32_t magnitudeBits(double value) { return std::bit_cast<std::uint32_t>(static_cast<float>(std::abs(value))); }

/// Whether the kernel's float32 arithmetic can express the format: signed floating point whose smallest values are float32 values,
/// and whose normal range does not reach below float32's (a float32 subnormal would have to count as normal).
bool kernelHandles(const Format& f) {
    if (f.kind != FormatKind::floating || f.signBits != 1 || !f.subnormals || f.exponentBits < 2) return false;
    const int lowest = 1 - f.bias;
    return f.fractionBits <= 23 && lowest >= -126 && lowest - f.fractionBits >= -149 && lowest <= 127;
}

Parameters parametersFor(const Format& f, const RoundOptions& options, std::uint32_t indexHigh) {
    const FormatLimits l = limits(f);
    Parameters p{};
    p.dropNormal = 23 - f.fractionBits;
    p.lowestField = 1 - f.bias + 127;
    // A format may reach further than float32 (e9m5): then nothing overflows before float32 does.
    p.maxBits = l.max >= static_cast<double>(std::numeric_limits<float>::max()) ? 0x7F7FFFFFu : magnitudeBits(l.max);
    const double beyond = l.max >= 1e300 ? l.max : l.max * 4;
    p.overflowUp = magnitudeBits(roundTo(f, beyond, options));
    p.overflowDown = magnitudeBits(roundTo(f, -beyond, options));
    p.infinityBits = magnitudeBits(roundTo(f, std::numeric_limits<double>::infinity(), options));
    p.nanBits = magnitudeBits(roundTo(f, std::numeric_limits<double>::quiet_NaN(), options));
    p.negativeZero = f.specials == Specials::negativeZeroNan ? 0 : kSign;
    p.key = detail::randomKey(options.seed, indexHigh);
    // Where the format's subnormals are float32's own, the path for normal values serves them, and a multiplication by a subnormal,
    // though its result is not used, would slow every element down.
    p.quantum = p.lowestField <= 1 ? 1.0f : static_cast<float>(l.minSubnormal);
    return p;
}

void roundRange(const Format& f, std::span<const float> in, std::span<float> out, RoundOptions options) {
    if (!kernelHandles(f)) {
        for (std::size_t i = 0; i < in.size(); ++i, ++options.index)
            out[i] = static_cast<float>(roundTo(f, static_cast<double>(in[i]), options));
        return;
    }
    const Kernel kernel = kernelFor(options.rounding);
    std::size_t done = 0;
    while (done < in.size()) {
        // The random key covers 2^32 consecutive indices.
        const std::uint64_t index = options.index + done;
        const std::uint64_t untilNextKey = (std::uint64_t{1} << 32) - (index & 0xFFFFFFFFu);
        const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(in.size() - done, untilNextKey));
        const Parameters p = parametersFor(f, options, static_cast<std::uint32_t>(index >> 32));
        kernel(reinterpret_cast<const std::uint32_t*>(in.data() + done), reinterpret_cast<std::uint32_t*>(out.data() + done), count,
               static_cast<std::uint32_t>(index), p);
        done += count;
    }
}

}  // namespace

void roundArray(const Format& f, std::span<const float> in, std::span<float> out, const RoundOptions& options) {
    if (in.size() != out.size()) std::abort();
    // Below this a thread costs more than it saves.
    constexpr std::size_t kWorthAThread = std::size_t{1} << 20;
    const std::size_t threads =
        std::min<std::size_t>(std::max(1u, std::thread::hardware_concurrency()), std::max<std::size_t>(1, in.size() / kWorthAThread));
    if (threads == 1) return roundRange(f, in, out, options);
    std::vector<std::jthread> workers;
    const std::size_t share = (in.size() + threads - 1) / threads;
    for (std::size_t t = 0; t < threads; ++t) {
        const std::size_t begin = std::min(in.size(), t * share), count = std::min(in.size() - begin, share);
        RoundOptions own = options;
        own.index += begin;
        workers.emplace_back([=, &f] { roundRange(f, in.subspan(begin, count), out.subspan(begin, count), own); });
    }
}

}  // namespace mantissa
