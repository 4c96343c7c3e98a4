#include "core/run/torchscript_reference.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <stdexcept>

#include "numerics/format.h"
#include "run/executor.h"
#include "run/tensor_view.h"
#include "storage/safetensors.h"

namespace mantissa::test {

at::Tensor runTorchScript(const std::filesystem::path& file, at::ScalarType dtype, const at::Tensor& input) {
    const c10::AutoGradMode noGradients(false);
    const torch::jit::GraphOptimizerEnabledGuard unoptimised(false);
    torch::jit::Module module = torch::jit::load(file.string());
    module.eval();
    module.to(dtype);
    const c10::IValue output = module.forward({input.to(dtype)});
    return output.isTuple() ? output.toTupleRef().elements().at(0).toTensor() : output.toTensor();
}

at::Tensor storedTensor(const std::filesystem::path& file, const std::string& name) {
    const auto io = openSafetensors(file);
    const auto* record = io ? io->find(name) : nullptr;
    if (!record) throw std::runtime_error("no " + name + " in " + file.string());
    return tensorView(*record).value().clone();
}

double toleranceOf(const std::string& formatName, const at::Tensor& logits) {
    const double scale = logits.to(at::kDouble).abs().max().item<double>();
    return (formatName == "fp32" ? 1e-5 : 4 * limits(format(formatName)).epsilon) * scale;
}

double largestDifference(const at::Tensor& a, const at::Tensor& b) {
    return a.to(at::kDouble).sub(b.to(at::kDouble)).abs().max().item<double>();
}

}  // namespace mantissa::test
