#include "study/checkpoint_chunks.h"

#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "numerics/rounding.h"
#include "run/emulation.h"
#include "storage/element_values.h"

namespace mantissa {
namespace {

template <class Value>
void castInto(CastSums& sums, const CastTarget& target, std::span<const Value> values, std::span<const Value> rounded) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto x = static_cast<double>(values[i]), q = static_cast<double>(rounded[i]);
        if (!std::isfinite(x)) continue;
        if (target.overflows(x, q)) {
            ++sums.overflows;
            continue;
        }
        if (q == 0 && x != 0) ++sums.underflows;
        const double delta = q - x;
        sums.maxAbs = std::max(sums.maxAbs, std::abs(delta));
        sums.signal += x * x;
        sums.noise += delta * delta;
    }
}

template <class Value>
void summarise(ChunkSums& sums, std::span<const Value> values) {
    sums.count += static_cast<std::int64_t>(values.size());
    Value low = std::numeric_limits<Value>::max(), high = std::numeric_limits<Value>::lowest();
    for (const Value value : values) {
        if constexpr (std::is_floating_point_v<Value>) {
            if (!std::isfinite(value)) {
                ++(std::isnan(value) ? sums.nans : sums.infinities);
                continue;
            }
        }
        low = std::min(low, value);
        high = std::max(high, value);
        sums.sum += static_cast<double>(value);
    }
    if (low <= high) sums.widen(low, high);
}

/// Whole channels of a weight, or a piece of one whose bounds are known.
void roundScaled(std::vector<float>& values, const Format& format, const TensorRecord& tensor,
                 const ValueBounds* bounds) {
    if (tensor.shape.size() < 2 || values.empty()) return;
    const auto count = static_cast<std::int64_t>(values.size());
    if (bounds) {
        at::Tensor piece = at::from_blob(values.data(), {count}, at::kFloat);
        return roundActivation(piece, format, {}, {.bounds = bounds});
    }
    const std::int64_t channel = channelValues(tensor);
    at::Tensor channels = at::from_blob(values.data(), {count / channel, channel}, at::kFloat);
    roundWeight(channels, format, {});
}

template <class Value>
std::span<Value> fill(std::vector<Value>& buffer, const TensorRecord& tensor, std::int64_t begin, std::int64_t count) {
    buffer.resize(static_cast<std::size_t>(count));
    readValues(tensor, begin, std::span<Value>(buffer));
    return buffer;
}

}  // namespace

void CastSums::add(const CastSums& other) {
    overflows += other.overflows;
    underflows += other.underflows;
    maxAbs = std::max(maxAbs, other.maxAbs);
    signal += other.signal;
    noise += other.noise;
}

CastLoss CastSums::loss() const {
    CastLoss loss{.overflows = overflows, .underflows = underflows, .maxAbs = maxAbs, .sqnrDb = std::nullopt};
    if (signal > 0) loss.sqnrDb = noise > 0 ? 10 * std::log10(signal / noise) : std::numeric_limits<double>::infinity();
    return loss;
}

void ChunkSums::widen(const HeldValue& low, const HeldValue& high) {
    if (!min || low < *min) min = low;
    if (!max || high > *max) max = high;
}

void ChunkSums::add(const ChunkSums& other) {
    count += other.count;
    nans += other.nans;
    infinities += other.infinities;
    if (other.min) widen(*other.min, *other.max);
    sum += other.sum;
    casts.resize(std::max(casts.size(), other.casts.size()));
    for (std::size_t i = 0; i < other.casts.size(); ++i) casts[i].add(other.casts[i]);
}

ValueSummary ChunkSums::summary() const {
    ValueSummary summary{.count = count, .nans = nans, .infinities = infinities, .min = {}, .max = {}, .mean = {}};
    const std::int64_t finite = count - nans - infinities;
    if (finite == 0) return summary;
    summary.min = min;
    summary.max = max;
    summary.mean = sum / static_cast<double>(finite);
    return summary;
}

CastTarget::CastTarget(const Format& f) : format(f) {
    const FormatLimits l = limits(f);
    if (isInteger() || l.nans > 0 || l.infinities > 0) return;
    // Half a step beyond the last value rounding still leads back to it; the tie itself leads away, for the code of
    // a largest value is odd.
    largest = l.max + ulp(f, l.max) / 2;
}

bool CastTarget::overflows(double value, double rounded) const {
    return !std::isfinite(rounded) || std::abs(value) >= largest;
}

std::int64_t channelValues(const TensorRecord& tensor) {
    return tensor.shape.size() < 2 || tensor.shape[0] == 0 ? 1 : valueCount(tensor) / tensor.shape[0];
}

ChunkSums ChunkReader::read(const TensorRecord& tensor, std::int64_t begin, std::int64_t count) {
    if (count <= kChunk) return readPiece(tensor, begin, count, nullptr);
    const ValueBounds bounds = boundsOf(tensor, begin, count);
    ChunkSums sums;
    for (std::int64_t done = 0; done < count; done += kChunk)
        sums.add(readPiece(tensor, begin + done, std::min(kChunk, count - done), &bounds));
    return sums;
}

ChunkSums ChunkReader::readPiece(const TensorRecord& tensor, std::int64_t begin, std::int64_t count,
                                 const ValueBounds* bounds) {
    ChunkSums sums;
    if (isInteger(tensor.dtype)) {
        if (tensor.dtype == DType::u64)
            summarise(sums, std::span<const std::uint64_t>(fill(unsigned_, tensor, begin, count)));
        else
            summarise(sums, std::span<const std::int64_t>(fill(integers_, tensor, begin, count)));
        return sums;
    }
    if (tensor.dtype != DType::f64) {  // FP32 has every value of the others
        const auto values = fill(narrow_, tensor, begin, count);
        summarise(sums, std::span<const float>(values));
        if (!isFloating(tensor.dtype)) return sums;
        rounded_.resize(values.size());
        for (const CastTarget& target : targets_) {
            if (target.isInteger()) {
                std::copy(values.begin(), values.end(), rounded_.begin());
                roundScaled(rounded_, target.format, tensor, bounds);
            } else {
                roundArray(target.format, values, rounded_);
            }
            castInto(sums.casts.emplace_back(), target, std::span<const float>(values),
                     std::span<const float>(rounded_));
        }
        return sums;
    }
    const auto values = fill(wide_, tensor, begin, count);
    summarise(sums, std::span<const double>(values));
    roundedWide_.resize(values.size());
    for (const CastTarget& target : targets_) {
        if (target.isInteger() && tensor.shape.size() >= 2) {
            rounded_.assign(values.begin(), values.end());
            roundScaled(rounded_, target.format, tensor, bounds);
            std::copy(rounded_.begin(), rounded_.end(), roundedWide_.begin());
        } else {
            const Format& kept = target.isInteger() ? format("fp32") : target.format;
            std::transform(values.begin(), values.end(), roundedWide_.begin(),
                           [&](double value) { return roundTo(kept, value); });
        }
        castInto(sums.casts.emplace_back(), target, std::span<const double>(values),
                 std::span<const double>(roundedWide_));
    }
    return sums;
}

ValueBounds ChunkReader::boundsOf(const TensorRecord& tensor, std::int64_t begin, std::int64_t count) {
    ValueBounds bounds;
    for (std::int64_t done = 0; done < count; done += kChunk)
        for (const double x : fill(wide_, tensor, begin + done, std::min(kChunk, count - done))) {
            if (!std::isfinite(x)) continue;
            bounds.low = std::min(bounds.low, static_cast<float>(x));
            bounds.high = std::max(bounds.high, static_cast<float>(x));
        }
    return bounds;
}

}  // namespace mantissa
