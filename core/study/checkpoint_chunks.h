#pragma once

// Private to core/study.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "numerics/format.h"
#include "run/precision_plan.h"
#include "storage/tensor_record.h"
#include "study/checkpoint.h"

namespace mantissa {

/// Values of a chunk: large enough that threads seldom meet at the counter, small enough to stay in the cache.
inline constexpr std::int64_t kChunk = std::int64_t{1} << 17;

/// Sums over one chunk; adding them up chunk by chunk gives the same bits on any number of threads.
struct CastSums {
    std::int64_t overflows = 0, underflows = 0;
    double maxAbs = 0, signal = 0, noise = 0;  // squares

    void add(const CastSums& other);
    CastLoss loss() const;
};

struct ChunkSums {
    std::int64_t count = 0, nans = 0, infinities = 0;
    std::optional<HeldValue> min, max;  ///< of the finite values
    double sum = 0;
    std::vector<CastSums> casts;

    void widen(const HeldValue& low, const HeldValue& high);  ///< min and max, to values as far apart
    void add(const ChunkSums& other);
    ValueSummary summary() const;
};

/// A format to cast to, and where values leave its range when it has no code that says so.
struct CastTarget {
    Format format;
    double largest = std::numeric_limits<double>::infinity();

    explicit CastTarget(const Format& f);
    /// Integers are scaled so that every value has a code.
    bool isInteger() const { return format.kind == FormatKind::integer; }
    bool overflows(double value, double rounded) const;
};

/// Values that share a scale in integer formats: those of an output channel.
std::int64_t channelValues(const TensorRecord& tensor);

/// Goes through chunks; one a thread, which keeps its memory from chunk to chunk.
class ChunkReader {
  public:
    explicit ChunkReader(const std::vector<CastTarget>& targets) : targets_(targets) {}

    /// Whole channels where a target is an integer format; more than kChunk values are those of one channel.
    ChunkSums read(const TensorRecord& tensor, std::int64_t begin, std::int64_t count);

  private:
    ChunkSums readPiece(const TensorRecord& tensor, std::int64_t begin, std::int64_t count, const ValueBounds* bounds);
    ValueBounds boundsOf(const TensorRecord& tensor, std::int64_t begin, std::int64_t count);

    const std::vector<CastTarget>& targets_;
    std::vector<float> narrow_, rounded_;
    std::vector<double> wide_, roundedWide_;
    std::vector<std::int64_t> integers_;
    std::vector<std::uint64_t> unsigned_;
};

}  // namespace mantissa
