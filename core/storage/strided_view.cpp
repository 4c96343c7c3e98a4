#include "storage/strided_view.h"

#include <algorithm>

namespace mantissa {
namespace {

/// The position of the last element that the view reaches, and its number of elements; nothing on overflow.
struct Extent {
    std::int64_t last = 0, count = 1;
};
std::optional<Extent> extentOf(const StridedView& view) {
    Extent extent{.last = view.offset};
    for (std::size_t i = 0; i < view.shape.size(); ++i) {
        if (view.shape[i] < 0 || view.strides[i] < 0 ||
            __builtin_mul_overflow(extent.count, view.shape[i], &extent.count))
            return std::nullopt;
        std::int64_t step = 0;
        if (view.shape[i] > 0 && (__builtin_mul_overflow(view.shape[i] - 1, view.strides[i], &step) ||
                                  __builtin_add_overflow(extent.last, step, &extent.last)))
            return std::nullopt;
    }
    return extent;
}

bool isPacked(const StridedView& view) {
    std::int64_t contiguous = 1;
    for (std::size_t i = view.shape.size(); i-- > 0;) {
        if (view.shape[i] != 1 && view.strides[i] != contiguous) return false;
        contiguous *= view.shape[i];
    }
    return true;
}

}  // namespace

std::optional<TensorRecord> viewOf(const std::string& name, const StridedView& view, const StorageBytes& storage) {
    const std::size_t size = elementBytes(view.dtype);
    const auto elements = static_cast<std::int64_t>(storage.bytes.size() / size);
    const auto extent = view.strides.size() == view.shape.size() && view.offset >= 0 ? extentOf(view) : std::nullopt;
    if (!extent) return std::nullopt;
    const std::int64_t most = std::max(elements, (std::int64_t{64} << 20) / static_cast<std::int64_t>(size));
    const bool fits = extent->count == 0 ? view.offset <= elements : extent->last < elements && extent->count <= most;
    if (!fits) return std::nullopt;
    TensorRecord record;
    record.name = name;
    record.dtype = view.dtype;
    record.shape = view.shape;
    record.bytes = storage.bytes.subspan(static_cast<std::size_t>(view.offset) * size);
    record.owner = storage.owner;
    record.fileOffset = storage.fileOffset ? storage.fileOffset + static_cast<std::uint64_t>(view.offset) * size : 0;
    if (isPacked(view))
        record.bytes = record.bytes.first(static_cast<std::size_t>(extent->count) * size);
    else
        record.strides = view.strides;
    return record;
}

}  // namespace mantissa
