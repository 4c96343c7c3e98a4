#include "study/picture_batch.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "study/format_runner.h"

namespace mantissa {
namespace {

Result<ModelInput> load(const PictureSet& set, const Preprocessing& how, std::size_t index) {
    auto image = set.read(index);
    if (!image) return std::move(image).error();
    try {
        return preprocess(*image, how);
    } catch (const std::exception& exception) {
        return errorFrom(exception, set.name(index));
    }
}

}  // namespace

PictureBatch loadBatch(const PictureSet& set, const Preprocessing& how, std::size_t first, std::size_t last) {
    std::vector<std::optional<Result<ModelInput>>> loaded(last - first);
    // LibTorch's own threads: what preprocessing asks of it inside stays on the thread that asks.
    at::parallel_for(0, static_cast<std::int64_t>(loaded.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
            loaded[i] = load(set, how, first + i);
    });
    PictureBatch batch;
    for (std::size_t i = 0; i < loaded.size(); ++i) {
        const auto picture = static_cast<std::uint32_t>(first + i);
        if (*loaded[i])
            batch.pictures.push_back(picture);
        else
            batch.skipped.push_back({.picture = picture, .reason = loaded[i]->error().message});
    }
    if (batch.pictures.empty()) return batch;
    std::vector<std::int64_t> shape = (*loaded[batch.pictures.front() - first])->shape;
    shape[0] = static_cast<std::int64_t>(batch.pictures.size());
    batch.input = at::empty(shape, at::kFloat);
    float* to = batch.input.mutable_data_ptr<float>();
    for (const auto picture : batch.pictures) to = std::ranges::copy((*loaded[picture - first])->values, to).out;
    return batch;
}

}  // namespace mantissa
