#include "study/dot_kernels.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/dot.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

#include "run/dtypes.h"
#include "run/executor.h"
#include "study/format_runner.h"

namespace mantissa {
namespace {

at::Tensor tensorOf(const std::vector<float>& values) {
    return at::from_blob(const_cast<float*>(values.data()), {static_cast<std::int64_t>(values.size())}, at::kFloat);
}

DotKernel run(const DotVectors& vectors, const Format& format, const ExactSum& exact) {
    DotKernel kernel{.format = format, .sum = 0, .error = 0, .failure = std::nullopt};
    const auto dtype = *nativeDType(format);
    try {
        const c10::InferenceMode guard;
        kernel.sum = at::dot(tensorOf(vectors.a).to(dtype), tensorOf(vectors.b).to(dtype)).item().toDouble();
        kernel.error = 0 - exact.minus(kernel.sum);  // no −0
    } catch (const std::exception& exception) {
        kernel.failure = errorFrom(exception, "dot in " + format.title);
        kernel.failure->code = ErrorCode::noKernel;
    }
    return kernel;
}

}  // namespace

std::vector<DotKernel> runDotKernels(const DotVectors& vectors, const std::vector<DotSum>& sums,
                                     const ExactSum& exact) {
    std::vector<DotKernel> kernels;
    for (const auto& sum : sums) {
        const bool done = std::any_of(kernels.begin(), kernels.end(),
                                      [&](const DotKernel& k) { return k.format == sum.accumulator; });
        if (!done && nativeDType(sum.accumulator)) kernels.push_back(run(vectors, sum.accumulator, exact));
    }
    return kernels;
}

}  // namespace mantissa
