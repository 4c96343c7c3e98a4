#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "numerics/array_kernels.h"
#include "numerics/array_work.h"
#include "numerics/code_array.h"
#include "numerics/rounding_internal.h"
#include "numerics/vector_parts.h"

// Codes to float32; it must agree with decode bit by bit. A code's exponent and fraction, moved into float32's place,
// make its normal values once the biases are reconciled; subnormals are small integers times a power of two.

namespace mantissa {
namespace {

using namespace kernel;
using std::int64_t;
using std::size_t;
using std::uint64_t;

constexpr size_t kBlock = 1024;
constexpr int32_t kQuietNan = 0x7FC00000;

/// What the kernels need to know of a format.
struct Parameters {
    uint64_t signMask = 0;    ///< the top bit of a word, or nothing where there is no sign
    int32_t signShift = 0;    ///< from the top bit of a word down to the format's sign
    uint64_t magnitude = 0;   ///< mask of exponent and fraction
    int32_t fill = 0;         ///< fraction bits that the result has more
    int64_t rebias = 0;       ///< difference of the biases, in place
    int64_t firstNormal = 0;  ///< the smallest code of a normal magnitude; 0 where all are
    int64_t infinity = 0;     ///< the code of infinity; beyond every magnitude where there is none
    int64_t firstNan = 0;     ///< the smallest code of a NaN; beyond every magnitude where there is none
    uint64_t nanCode = 0;     ///< the code that is NaN whatever its magnitude is; beyond every code where there is none
    double quantum = 0;       ///< the smallest positive value; 0 where there are no subnormals
};

enum class Shape {
    sameExponent,  ///< float32's own exponent, infinities and subnormals: a shorter float32
    narrow,        ///< every value is a normal float32 or zero
    integer,
    wide  ///< through FP64, which has every value
};

[[gnu::always_inline]] inline uint32_t selected(bool condition, uint32_t yes, uint32_t no) {
    return select(maskOf(condition), yes, no);
}

template <Shape shape>
[[gnu::always_inline]] inline float decodeOne(uint32_t code, const Parameters& p) {
    if constexpr (shape == Shape::integer) {
        // Shifted up and back, a signed code brings its sign along; an unsigned one is below 2^31.
        return static_cast<float>(static_cast<int32_t>(code << p.signShift) >> p.signShift);
    } else {
        const uint32_t sign = (code << p.signShift) & static_cast<uint32_t>(p.signMask);
        const auto magnitude = static_cast<int32_t>(code & static_cast<uint32_t>(p.magnitude));
        uint32_t result = static_cast<uint32_t>(magnitude) << p.fill;
        if constexpr (shape == Shape::narrow) {
            const float subnormal = static_cast<float>(magnitude) * static_cast<float>(p.quantum);
            result = selected(magnitude < static_cast<int32_t>(p.firstNormal), std::bit_cast<uint32_t>(subnormal),
                              result + static_cast<uint32_t>(p.rebias));
            result = selected(magnitude == static_cast<int32_t>(p.infinity), kInfinity, result);
        }
        result = selected(magnitude >= static_cast<int32_t>(p.firstNan), kQuietNan, result);
        const uint32_t isNan = shape == Shape::narrow ? maskOf(code == static_cast<uint32_t>(p.nanCode)) : 0;
        return std::bit_cast<float>(select(isNan, kQuietNan, result | sign));
    }
}

[[gnu::always_inline]] inline uint64_t selected64(bool condition, uint64_t yes, uint64_t no) {
    const uint64_t mask = uint64_t{0} - static_cast<uint64_t>(condition);
    return (yes & mask) | (no & ~mask);
}

[[gnu::always_inline]] inline float decodeWide(uint64_t code, const Parameters& p) {
    constexpr uint64_t kInfinity64 = 0x7FF0000000000000u, kQuietNan64 = 0x7FF8000000000000u;
    const uint64_t sign = (code << p.signShift) & p.signMask;
    const auto magnitude = static_cast<int64_t>(code & p.magnitude);
    const uint64_t normal = (static_cast<uint64_t>(magnitude) << p.fill) + static_cast<uint64_t>(p.rebias);
    // An integer below 2^52 beneath 2^52's exponent, less 2^52: a conversion that every vector unit has.
    constexpr double kTwo52 = 0x1p52;
    const double count = std::bit_cast<double>(static_cast<uint64_t>(magnitude & ((int64_t{1} << 52) - 1)) |
                                               std::bit_cast<uint64_t>(kTwo52)) -
                         kTwo52;
    uint64_t result = selected64(magnitude < p.firstNormal, std::bit_cast<uint64_t>(count * p.quantum), normal);
    result = selected64(magnitude == p.infinity, kInfinity64, result);
    result = selected64(magnitude >= p.firstNan, kQuietNan64, result) | sign;
    return static_cast<float>(std::bit_cast<double>(selected64(code == p.nanCode, kQuietNan64, result)));
}

template <Shape shape, class Code>
[[gnu::always_inline]] inline void decodeLoop(const Code* codes, float* out, size_t count,
                                              const Parameters& parameters) {
    const Parameters p = parameters;  // by value: the compiler need not fear that `out` overwrites it
    for (size_t i = 0; i < count; ++i) {
        if constexpr (shape == Shape::wide)
            out[i] = decodeWide(static_cast<uint64_t>(codes[i]), p);
        else
            out[i] = decodeOne<shape>(static_cast<uint32_t>(codes[i]), p);
    }
}

using Kernel = void (*)(const void*, float*, size_t, const Parameters&);

// Clones are made of functions, not of templates: one function a shape and width of codes.
#define MANTISSA_KERNEL(shape, type, code)                                                                        \
    MANTISSA_CLONES void shape##type(const void* codes, float* out, size_t count, const Parameters& parameters) { \
        decodeLoop<Shape::shape>(static_cast<const code*>(codes), out, count, parameters);                        \
    }
#define MANTISSA_KERNELS(shape)                   \
    MANTISSA_KERNEL(shape, Bytes, std::uint8_t)   \
    MANTISSA_KERNEL(shape, Shorts, std::uint16_t) \
    MANTISSA_KERNEL(shape, Words, std::uint32_t)
MANTISSA_KERNELS(sameExponent)
MANTISSA_KERNELS(narrow)
MANTISSA_KERNELS(integer)
MANTISSA_KERNELS(wide)
MANTISSA_KERNEL(wide, Longs, std::uint64_t)
#undef MANTISSA_KERNELS
#undef MANTISSA_KERNEL

constexpr Kernel kKernels[][3] = {{sameExponentBytes, sameExponentShorts, sameExponentWords},
                                  {narrowBytes, narrowShorts, narrowWords},
                                  {integerBytes, integerShorts, integerWords},
                                  {wideBytes, wideShorts, wideWords}};

Shape shapeOf(const Format& f) {
    if (f.kind == FormatKind::integer) return Shape::integer;
    const FormatLimits l = detail::elementLimits(f);
    const bool fits = f.signBits == 1 && f.bits() <= 32 && f.fractionBits <= 23 && l.max < 0x1p128;
    if (fits && f.exponentBits == 8 && f.bias == 127 && f.specials == Specials::ieee && f.subnormals)
        return Shape::sameExponent;
    // Of 32 bits, magnitudes would leave no number for what never occurs.
    return fits && f.bits() < 32 && l.minSubnormal >= 0x1p-126 ? Shape::narrow : Shape::wide;
}

Kernel kernelFor(const Format& f) {
    const size_t bytes = codeBytes(f);
    return bytes == 8 ? wideLongs : kKernels[static_cast<size_t>(shapeOf(f))][bytes == 4 ? 2 : bytes - 1];
}

Parameters parametersFor(const Format& f) {
    const bool wide = shapeOf(f) == Shape::wide;
    const int64_t never = wide ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int32_t>::max();
    const FormatLimits l = detail::elementLimits(f);
    Parameters p;
    p.magnitude = (uint64_t{1} << (f.exponentBits + f.fractionBits)) - 1;
    p.signShift = (wide ? 64 : 32) - f.bits();
    if (f.kind == FormatKind::integer) {
        p.signShift = f.signBits ? 32 - f.bits() : 0;
        return p;
    }
    if (f.signBits == 1) p.signMask = uint64_t{1} << (wide ? 63 : 31);
    // Of 64 bits there is no code beyond all; this one is a NaN in any case, and positive.
    const uint64_t noCode = wide ? ~uint64_t{0} >> 1 : ~uint64_t{0};
    const int64_t step = int64_t{1} << f.fractionBits, topField = (int64_t{1} << f.exponentBits) - 1;
    p.fill = (wide ? 52 : 23) - f.fractionBits;
    p.rebias = wide ? (int64_t{1023} - f.bias) << 52 : int64_t{127 - f.bias} * kHidden;
    p.firstNormal = f.signBits == 1 ? step : 0;
    p.quantum = f.subnormals ? l.minSubnormal : 0;
    p.infinity = f.specials == Specials::ieee ? topField * step : never;
    p.firstNan = never;
    if (f.specials == Specials::ieee) p.firstNan = topField * step + 1;
    if (f.specials == Specials::allOnesNan) p.firstNan = topField * step + step - 1;
    p.nanCode = f.specials == Specials::negativeZeroNan ? uint64_t{1} << (f.bits() - 1) : noCode;
    return p;
}

}  // namespace

struct detail::ArrayDecoder::State {
    size_t bytes;
    Kernel kernel;
    Parameters parameters;
};

detail::ArrayDecoder::ArrayDecoder(const Format& f) : state_(new State{codeBytes(f), kernelFor(f), parametersFor(f)}) {}
detail::ArrayDecoder::~ArrayDecoder() = default;

void detail::ArrayDecoder::run(const std::byte* codes, std::span<float> out, Stores stores) const {
    const size_t bytes = state_->bytes;
    for (size_t begin = 0; begin < out.size(); begin += kBlock) {
        const size_t count = std::min(kBlock, out.size() - begin);
        prefetch(codes, begin * bytes, count * bytes, out.size() * bytes);
        alignas(64) std::array<float, kBlock> values;
        float* result = stores == Stores::streaming ? values.data() : out.data() + begin;
        state_->kernel(codes + begin * bytes, result, count, state_->parameters);
        if (stores == Stores::streaming) storeBlock(result, out.data() + begin, count * sizeof(float), stores);
    }
    finishStores(stores);
}

void decodeArray(const Format& f, std::span<const std::byte> codes, std::span<float> out) {
    const detail::ArrayDecoder decoder(f);
    const size_t bytes = codeBytes(f);
    if (codes.size() != out.size() * bytes) std::abort();
    const Stores stores = storesFor(out.size_bytes());
    inShares(out.size(), 1, [&](size_t begin, size_t count) {
        decoder.run(codes.data() + begin * bytes, out.subspan(begin, count), stores);
    });
}

}  // namespace mantissa
