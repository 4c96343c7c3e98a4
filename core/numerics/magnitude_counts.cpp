#include "numerics/magnitude_counts.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

namespace mantissa {
namespace {

constexpr int kCells = MagnitudeCounts::kCells;
constexpr int kLeast = -149, kMost = 127;  // exponents of float's smallest and largest values
constexpr int kFractionBits = 23, kCellBits = 3;
static_assert(1 << kCellBits == kCells);

}  // namespace

std::int64_t MagnitudeCounts::inPower(int index) const {
    const auto first = counts.begin() + static_cast<std::ptrdiff_t>(index) * kCells;
    return std::accumulate(first, first + kCells, std::int64_t{0});
}

std::int64_t MagnitudeCounts::counted() const { return std::accumulate(counts.begin(), counts.end(), std::int64_t{0}); }

void MagnitudeCounts::add(const MagnitudeCounts& other) {
    zeros += other.zeros;
    nans += other.nans;
    infinities += other.infinities;
    if (other.counts.empty()) return;
    if (counts.empty()) lowest = other.lowest;
    if (other.lowest < lowest) {
        counts.insert(counts.begin(), static_cast<std::size_t>(lowest - other.lowest) * kCells, 0);
        lowest = other.lowest;
    }
    const auto shift = static_cast<std::size_t>(other.lowest - lowest) * kCells;
    counts.resize(std::max(counts.size(), shift + other.counts.size()), 0);
    for (std::size_t i = 0; i < other.counts.size(); ++i) counts[shift + i] += other.counts[i];
}

MagnitudeCounts countMagnitudes(std::span<const float> values) {
    MagnitudeCounts result;
    std::array<std::int64_t, static_cast<std::size_t>(kMost - kLeast + 1) * kCells> cells{};
    for (const float value : values) {
        const auto bits = std::bit_cast<std::uint32_t>(value) & 0x7FFFFFFFU;
        int exponent = static_cast<int>(bits >> kFractionBits) - 127;
        auto cell = static_cast<int>(bits >> (kFractionBits - kCellBits)) & (kCells - 1);
        if (exponent == 128) {
            ++(std::isnan(value) ? result.nans : result.infinities);
            continue;
        }
        if (bits == 0) {
            ++result.zeros;
            continue;
        }
        if (exponent == -127) {  // a subnormal has its leading one further right
            const double fraction = std::frexp(std::abs(static_cast<double>(value)), &exponent);
            --exponent;
            cell = static_cast<int>((2 * fraction - 1) * kCells);
        }
        ++cells[static_cast<std::size_t>((exponent - kLeast) * kCells + cell)];
    }
    const auto isUsed = [](std::int64_t count) { return count > 0; };
    const auto first = std::find_if(cells.begin(), cells.end(), isUsed);
    if (first == cells.end()) return result;
    const auto last = std::find_if(cells.rbegin(), cells.rend(), isUsed).base();
    const auto low = (first - cells.begin()) / kCells, high = (last - cells.begin() + kCells - 1) / kCells;
    result.lowest = kLeast + static_cast<int>(low);
    result.counts.assign(cells.begin() + low * kCells, cells.begin() + high * kCells);
    return result;
}

}  // namespace mantissa
