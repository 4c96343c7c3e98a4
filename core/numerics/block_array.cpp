#include "numerics/block_array.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "numerics/array_kernels.h"
#include "numerics/array_work.h"
#include "numerics/code_array.h"

namespace mantissa {
namespace {

using std::size_t;
using std::uint32_t;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr uint32_t kInfinityBits = 0x7F800000u;

/// Elements that are scaled, rounded and scaled back while they stay in the first-level cache: a multiple of every
/// block.
constexpr size_t kChunk = 1024, kMostBlocks = kChunk / 16;

/// The largest bits of a magnitude. Those of NaNs lie above infinity's, and those above all others.
[[gnu::always_inline]] inline uint32_t largestBits(const uint32_t* in, size_t count) {
    uint32_t largest = 0;
    for (size_t i = 0; i < count; ++i) largest = std::max(largest, in[i] & 0x7FFFFFFFu);
    return largest;
}

/// Those of whole blocks of `size`, one after the other.
template <size_t size>
[[gnu::always_inline]] inline void largestOfEach(const uint32_t* in, uint32_t* largest, size_t blocks) {
    for (size_t b = 0; b < blocks; ++b) largest[b] = largestBits(in + b * size, size);
}
MANTISSA_CLONES void largestOf32(const uint32_t* in, uint32_t* largest, size_t blocks) {
    largestOfEach<32>(in, largest, blocks);
}
MANTISSA_CLONES void largestOf16(const uint32_t* in, uint32_t* largest, size_t blocks) {
    largestOfEach<16>(in, largest, blocks);
}

MANTISSA_CLONES uint32_t largestFinite(const uint32_t* in, size_t count) {
    uint32_t largest = 0;
    for (size_t i = 0; i < count; ++i) {
        const uint32_t magnitude = in[i] & 0x7FFFFFFFu;
        largest = std::max(largest, magnitude & (0u - static_cast<uint32_t>(magnitude < kInfinityBits)));
    }
    return largest;
}

/// in × factor of its block of `size`. A product that vanishes although the value does not keeps float32's smallest
/// magnitude, since the directed modes and to-odd tell that from zero.
template <size_t size>
[[gnu::always_inline]] inline void scaleDown(const uint32_t* in, const float* factors, uint32_t* out, size_t blocks) {
    for (size_t b = 0; b < blocks; ++b)
        for (size_t i = b * size; i < (b + 1) * size; ++i) {
            const uint32_t sign = in[i] & 0x80000000u, magnitude = in[i] & 0x7FFFFFFFu;
            const auto product = std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) * factors[b]);
            const auto isLost = static_cast<uint32_t>(product == 0) & static_cast<uint32_t>(magnitude != 0) &
                                static_cast<uint32_t>(factors[b] != 0);
            out[i] = sign | product | isLost;
        }
}
MANTISSA_CLONES void scaleDown32(const uint32_t* in, const float* factors, uint32_t* out, size_t blocks) {
    scaleDown<32>(in, factors, out, blocks);
}
MANTISSA_CLONES void scaleDown16(const uint32_t* in, const float* factors, uint32_t* out, size_t blocks) {
    scaleDown<16>(in, factors, out, blocks);
}

template <size_t size>
[[gnu::always_inline]] inline void scaleUp(float* values, const float* factors, size_t blocks) {
    for (size_t b = 0; b < blocks; ++b)
        for (size_t i = b * size; i < (b + 1) * size; ++i) values[i] *= factors[b];
}
MANTISSA_CLONES void scaleUp32(float* values, const float* factors, size_t n) { scaleUp<32>(values, factors, n); }
MANTISSA_CLONES void scaleUp16(float* values, const float* factors, size_t n) { scaleUp<16>(values, factors, n); }

/// 2^(field − 127): the value of an E8M0 code, except NaN's.
float powerOfTwo(uint32_t field) {
    constexpr uint32_t kBelowNormal = 0x00400000u;  // 2^-127
    return std::bit_cast<float>(field == 0 ? kBelowNormal : field << 23);
}

/// How values become a format's blocks; made ready once an array.
class Rules {
  public:
    Rules(const Format& f, float tensorScale)
        : element(elementOf(f)),
          size(static_cast<size_t>(f.blockSize)),
          isMx_(f.scaling == Scaling::mx),
          exponent_(static_cast<uint32_t>(std::ilogb(limits(element).max))),
          largestElement_(static_cast<float>(limits(element).max)),
          tensorScale_(tensorScale),
          tensorInverse_(1 / tensorScale),
          toScales_(*scaleOf(f), {.overflow = Overflow::saturate}),
          fromScales_(*scaleOf(f)) {}

    /// The scales of blocks whose largest magnitudes have these bits.
    void findScales(std::span<const uint32_t> largest, BlockScale* scales) const {
        if (isMx_)
            for (size_t b = 0; b < largest.size(); ++b) scales[b] = mx(largest[b]);
        else
            nvfp4(largest, scales);
    }

    const Format& element;
    const size_t size;  ///< elements to a block

  private:
    static constexpr std::uint8_t kE8m0Nan = 0xFF;

    BlockScale mx(uint32_t largest) const {
        if (largest >= kInfinityBits) return {.code = kE8m0Nan, .multiplier = kNan, .inverse = kNan};
        // ⌊log2⌋ is the exponent field; that of subnormals lies below E8M0's range in any case.
        const uint32_t field = std::max(largest >> 23, exponent_) - exponent_;
        return {.code = static_cast<std::uint8_t>(field),
                .multiplier = powerOfTwo(field),
                .inverse = powerOfTwo(254 - field)};
    }

    void nvfp4(std::span<const uint32_t> largest, BlockScale* scales) const {
        std::array<float, kMostBlocks> wanted, values;
        std::array<std::uint8_t, kMostBlocks> codes;
        for (size_t b = 0; b < largest.size(); ++b)
            wanted[b] = largest[b] >= kInfinityBits
                            ? kNan
                            : std::bit_cast<float>(largest[b]) / largestElement_ * tensorInverse_;
        auto* bytes = reinterpret_cast<std::byte*>(codes.data());
        toScales_.run(std::span(wanted).first(largest.size()), bytes, 0, Stores::cached);
        fromScales_.run(bytes, std::span(values).first(largest.size()), Stores::cached);
        for (size_t b = 0; b < largest.size(); ++b) {
            const float multiplier = values[b] * tensorScale_;
            scales[b] = {.code = codes[b], .multiplier = multiplier, .inverse = multiplier == 0 ? 0 : 1 / multiplier};
        }
    }

    const bool isMx_;
    const uint32_t exponent_;  ///< of the element's largest normal value
    const float largestElement_, tensorScale_, tensorInverse_;
    const detail::ArrayEncoder toScales_;
    const detail::ArrayDecoder fromScales_;
};

/// How a row falls into blocks.
struct Grid {
    size_t rowLength;
    size_t size;  ///< of a block

    size_t blocksInRow() const { return (rowLength + size - 1) / size; }
    /// Where block `index` of all rows begins.
    size_t begin(size_t index) const { return index / blocksInRow() * rowLength + index % blocksInRow() * size; }
    size_t length(size_t index) const { return std::min(size, rowLength - index % blocksInRow() * size); }
};

/// A few blocks on their way through the first-level cache.
class Chunk {
  public:
    explicit Chunk(const Rules& rules) : rules_(rules) {}

    /// Takes `count` values of one row; only the row's end is no whole block.
    void load(const float* in, size_t count) {
        const auto* bits = reinterpret_cast<const uint32_t*>(in);
        count_ = count;
        blocks_ = (count + rules_.size - 1) / rules_.size;
        if (count % rules_.size != 0) {
            std::copy_n(bits, count, values_.begin());
            std::fill_n(values_.begin() + static_cast<std::ptrdiff_t>(count), blocks_ * rules_.size - count, 0u);
            bits = values_.data();
        }
        std::array<uint32_t, kMostBlocks> largest;
        (rules_.size == 32 ? largestOf32 : largestOf16)(bits, largest.data(), blocks_);
        std::array<BlockScale, kMostBlocks> scales;
        rules_.findScales(std::span(largest).first(blocks_), scales.data());
        for (size_t b = 0; b < blocks_; ++b) {
            codes_[b] = scales[b].code;
            multipliers_[b] = scales[b].multiplier;
            inverses_[b] = scales[b].inverse;
        }
        (rules_.size == 32 ? scaleDown32 : scaleDown16)(bits, inverses_.data(), values_.data(), blocks_);
    }

    std::span<float> values() { return {reinterpret_cast<float*>(values_.data()), count_}; }
    std::span<const std::uint8_t> scaleCodes() const { return {codes_.data(), blocks_}; }

    void scaleBack() {
        (rules_.size == 32 ? scaleUp32 : scaleUp16)(reinterpret_cast<float*>(values_.data()), multipliers_.data(),
                                                    blocks_);
    }

  private:
    const Rules& rules_;
    size_t count_ = 0, blocks_ = 0;
    alignas(64) std::array<uint32_t, kChunk> values_;
    std::array<float, kMostBlocks> multipliers_, inverses_;
    std::array<std::uint8_t, kMostBlocks> codes_;
};

/// Calls work(first element, count, first block) for chunks of whole blocks within a row, on several threads.
template <class Work>
void forChunks(const Grid& grid, size_t elements, Stores stores, const Work& work) {
    const size_t blocks = grid.rowLength == 0 ? 0 : elements / grid.rowLength * grid.blocksInRow();
    inShares(blocks, grid.size, [&](size_t first, size_t count) {
        for (size_t block = first; block < first + count;) {
            const size_t leftInRow = grid.blocksInRow() - block % grid.blocksInRow();
            const size_t taken = std::min({leftInRow, first + count - block, kChunk / grid.size});
            const size_t begin = grid.begin(block), last = block + taken - 1;
            work(begin, grid.begin(last) + grid.length(last) - begin, block);
            block += taken;
        }
        finishStores(stores);
    });
}

/// Elements saturate, whatever else is asked.
RoundOptions saturating(RoundOptions options) {
    options.overflow = Overflow::saturate;
    return options;
}

void check(const Format& f, std::span<const float> in, size_t rowLength) {
    if (f.blockSize == 0 || (rowLength == 0 ? !in.empty() : in.size() % rowLength != 0)) std::abort();
}

}  // namespace

float tensorScale(const Format& f, std::span<const float> values) {
    if (f.scaling != Scaling::nvfp4) return 1;
    const auto* bits = reinterpret_cast<const uint32_t*>(values.data());
    std::atomic<uint32_t> largest = 0;
    inShares(values.size(), 1, [&](size_t begin, size_t count) {
        const uint32_t own = largestFinite(bits + begin, count);
        for (uint32_t seen = largest; seen < own && !largest.compare_exchange_weak(seen, own);) {
        }
    });
    constexpr float kLargestProduct = 6 * 448;  // of an element and a block's scale
    const float scale = std::bit_cast<float>(largest.load()) / kLargestProduct;
    if (largest == 0) return 1;
    // Times E4M3's smallest value this has a finite reciprocal; the blocks' scales are smaller instead.
    constexpr float kSmallest = 0x1p-117f;
    return std::max(scale, kSmallest);
}

BlockScale blockScale(const Format& f, std::span<const float> block, float scale) {
    float largest = 0;
    for (const float x : block) {
        if (!std::isfinite(x)) largest = kNan;
        if (std::abs(x) > largest) largest = std::abs(x);
    }
    const Format& element = elementOf(f);
    const Format& scales = *scaleOf(f);
    const int exponent = std::ilogb(limits(element).max);
    double wanted = 0;
    if (std::isnan(largest))
        wanted = static_cast<double>(kNan);
    else if (f.scaling == Scaling::mx)
        wanted = std::ldexp(1.0, largest == 0 ? -127 : std::max(std::ilogb(largest) - exponent, -127));
    else
        wanted = static_cast<double>(largest / static_cast<float>(limits(element).max) * (1 / scale));
    const auto code = encode(scales, wanted, {.overflow = Overflow::saturate});
    const float multiplier = static_cast<float>(decode(scales, code)) * scale;
    return {.code = static_cast<std::uint8_t>(code),
            .multiplier = multiplier,
            .inverse = multiplier == 0 ? 0 : 1 / multiplier};
}

BlockArray encodeBlocks(const Format& f, std::span<const float> in, size_t rowLength, const RoundOptions& options) {
    check(f, in, rowLength);
    BlockArray array{.format = f, .rowLength = rowLength, .codes = {}, .scales = {}, .tensorScale = tensorScale(f, in)};
    const Rules rules(f, array.tensorScale);
    const Grid grid{rowLength, rules.size};
    const detail::ArrayEncoder encoder(rules.element, saturating(options));
    array.codes.resize(in.size());
    array.scales.resize(rowLength == 0 ? 0 : in.size() / rowLength * grid.blocksInRow());
    forChunks(grid, in.size(), Stores::cached, [&](size_t begin, size_t count, size_t block) {
        Chunk chunk(rules);
        chunk.load(in.data() + begin, count);
        encoder.run(chunk.values(), reinterpret_cast<std::byte*>(array.codes.data() + begin), options.index + begin,
                    Stores::cached);
        std::ranges::copy(chunk.scaleCodes(), array.scales.begin() + static_cast<std::ptrdiff_t>(block));
    });
    return array;
}

void decodeBlocks(const BlockArray& array, std::span<float> out) {
    if (out.size() != array.codes.size()) std::abort();
    const auto size = static_cast<size_t>(array.format.blockSize);
    const detail::ArrayDecoder elements(elementOf(array.format)), scales(*scaleOf(array.format));
    const Stores stores = storesFor(out.size_bytes());
    forChunks({array.rowLength, size}, out.size(), stores, [&](size_t begin, size_t count, size_t block) {
        alignas(64) std::array<float, kChunk> values;
        std::array<float, kMostBlocks> multipliers;
        const size_t blocks = (count + size - 1) / size;
        elements.run(reinterpret_cast<const std::byte*>(array.codes.data() + begin), std::span(values).first(count),
                     Stores::cached);
        scales.run(reinterpret_cast<const std::byte*>(array.scales.data() + block),
                   std::span(multipliers).first(blocks), Stores::cached);
        for (size_t b = 0; b < blocks; ++b) multipliers[b] *= array.tensorScale;
        std::fill(values.begin() + static_cast<std::ptrdiff_t>(count),
                  values.begin() + static_cast<std::ptrdiff_t>(blocks * size), 0.0f);
        (size == 32 ? scaleUp32 : scaleUp16)(values.data(), multipliers.data(), blocks);
        storeBlock(values.data(), out.data() + begin, count * sizeof(float), stores);
    });
}

void roundBlocks(const Format& f, std::span<const float> in, std::span<float> out, size_t rowLength,
                 const RoundOptions& options) {
    if (in.size() != out.size()) std::abort();
    check(f, in, rowLength);
    const Rules rules(f, tensorScale(f, in));
    const detail::ArrayRounder rounder(rules.element, saturating(options));
    const Stores stores = storesFor(out.size_bytes());
    forChunks({rowLength, rules.size}, in.size(), stores, [&](size_t begin, size_t count, size_t) {
        Chunk chunk(rules);
        chunk.load(in.data() + begin, count);
        rounder.run(chunk.values(), chunk.values().data(), options.index + begin, Stores::cached);
        chunk.scaleBack();
        storeBlock(chunk.values().data(), out.data() + begin, count * sizeof(float), stores);
    });
}

BlockBytes blockBytes(const Format& f, std::int64_t rows, std::int64_t rowLength) {
    const std::int64_t blocks = rows * ((rowLength + f.blockSize - 1) / f.blockSize);
    const std::int64_t tensor = f.scaling == Scaling::nvfp4 ? std::int64_t{sizeof(float)} : 0;
    return {.elements = (rows * rowLength * f.storageBits + 7) / 8, .scales = blocks + tensor};
}

}  // namespace mantissa
