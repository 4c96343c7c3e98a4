#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "storage/tensor_record.h"

namespace mantissa::test {

/// A state dict whose layers are called by hand, with LibTorch's functions: what a network computes, written a second
/// time and without the Graph.
class StateDictNet {
  public:
    explicit StateDictNet(const std::vector<TensorRecord>& records);

    struct Conv {
        std::int64_t stride = 1, padding = 0, groups = 1, dilation = 1;
    };
    at::Tensor conv(const at::Tensor& x, const std::string& layer, const Conv& options) const;
    at::Tensor norm(const at::Tensor& x, const std::string& layer, double eps = 1e-5) const;
    at::Tensor linear(const at::Tensor& x, const std::string& layer) const;
    at::Tensor layerNorm(const at::Tensor& x, const std::string& layer, double eps) const;
    /// Multi-head attention step by step, softmax(q·kᵀ / √d)·v, from four linear layers.
    struct AttentionNames {
        std::string query, key, value, projection;
    };
    at::Tensor attention(const at::Tensor& x, const AttentionNames& names, std::int64_t heads) const;

    const at::Tensor& tensor(const std::string& name) const { return tensors_.at(name); }
    bool has(const std::string& name) const { return tensors_.contains(name); }

  private:
    at::Tensor bias(const std::string& layer) const;

    std::unordered_map<std::string, at::Tensor> tensors_;
};

/// Records of these names and shapes with values under which every layer matters: normal, of variance 2 / fan-in (He et
/// al. 2015, arXiv:1502.01852), and statistics of batch normalisation near 0 and 1.
std::vector<TensorRecord> lively(std::vector<TensorRecord> records);

}  // namespace mantissa::test
