#pragma once

// Includes LibTorch: private to the trainer.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace mantissa::training {

/// One parameter and what AdamW remembers of its gradients.
struct OptimisedParameter {
    std::string name;
    at::Tensor value;         ///< changed in place
    at::Tensor mean;          ///< moving average of the gradient
    at::Tensor meanOfSquare;  ///< and of its square
};

/// AdamW (Loshchilov and Hutter 2019, algorithm 2) with β₁ 0.9, β₂ 0.999, ε 1e-8, as PyTorch computes it.
class AdamW {
  public:
    explicit AdamW(double weightDecay) : weightDecay_(weightDecay) {}

    void add(std::string name, at::Tensor parameter);
    /// Changes every parameter by its gradient and clears the gradient. Parameters of fewer than two dimensions are not
    /// decayed.
    void step(double learningRate);

    std::vector<OptimisedParameter>& parameters() { return parameters_; }
    const std::vector<OptimisedParameter>& parameters() const { return parameters_; }
    std::int64_t steps() const { return steps_; }
    void setSteps(std::int64_t steps) { steps_ = steps; }

  private:
    double weightDecay_;
    std::int64_t steps_ = 0;
    std::vector<OptimisedParameter> parameters_;
};

}  // namespace mantissa::training
