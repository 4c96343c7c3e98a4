#include "train/adamw.h"

#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include <cmath>
#include <utility>

namespace mantissa::training {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;

}  // namespace

void AdamW::add(std::string name, at::Tensor parameter) {
    const c10::AutoGradMode noGradients(false);
    parameters_.push_back({std::move(name), parameter, at::zeros_like(parameter), at::zeros_like(parameter)});
}

void AdamW::step(double learningRate) {
    const c10::AutoGradMode noGradients(false);
    ++steps_;
    const auto count = static_cast<double>(steps_);
    const double correction1 = 1 - std::pow(kBeta1, count), correction2 = std::sqrt(1 - std::pow(kBeta2, count));
    for (auto& parameter : parameters_) {
        const at::Tensor gradient = parameter.value.grad();
        if (!gradient.defined()) continue;  // a parameter that the loss does not depend on
        if (parameter.value.dim() >= 2) parameter.value.mul_(1 - learningRate * weightDecay_);
        parameter.mean.mul_(kBeta1).add_(gradient, 1 - kBeta1);
        parameter.meanOfSquare.mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
        const at::Tensor size = parameter.meanOfSquare.sqrt().div_(correction2).add_(kEpsilon);
        parameter.value.addcdiv_(parameter.mean, size, -learningRate / correction1);
        parameter.value.mutable_grad().reset();
    }
}

}  // namespace mantissa::training
