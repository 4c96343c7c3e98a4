#include "train/accuracy.h"

#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "run/executor.h"
#include "train/batch.h"

namespace mantissa::training {
namespace {

constexpr std::size_t kBatch = 500;

}  // namespace

Result<double> accuracyOf(const Graph& graph, const CifarSet& set, const Preprocessing& preprocessing) try {
    const c10::InferenceMode inference;
    auto executor = Executor::prepare(graph, {});
    if (!executor) return std::move(executor).error();
    std::int64_t right = 0;
    for (std::size_t first = 0; first < set.size(); first += kBatch) {
        std::vector<std::size_t> pictures(std::min(kBatch, set.size() - first));
        std::iota(pictures.begin(), pictures.end(), first);
        const Batch batch = plainBatch(set, pictures, preprocessing);
        auto logits = executor->run(batch.input);
        if (!logits) return std::move(logits).error();
        right += logits->argmax(1).eq(batch.labels).sum().item<std::int64_t>();
    }
    return static_cast<double>(right) / static_cast<double>(set.size());
} catch (const c10::Error& error) {
    return Error{.code = ErrorCode::internal, .message = error.what_without_backtrace()};
}

}  // namespace mantissa::training
