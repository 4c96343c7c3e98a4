#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temporary_folder.h"
#include "graph/graph.h"
#include "graph/mobilevit.h"
#include "graph/model.h"
#include "graph/simple_cnn.h"
#include "storage/checkpoint.h"

namespace mantissa::test {

/// A MobileViT that is built in milliseconds, with every part that a large one has. Five classes.
MobileVitConfig tinyMobileVit();
nlohmann::json configOf(const MobileVitConfig& config);
nlohmann::json configOf(const SimpleCnnSizes& sizes);

/// Weights under which every layer's output depends on the picture as it does in a trained network (fresh ones die away
/// in a deep network without training): normal, of variance 2 / fan-in (He et al. 2015, arXiv:1502.01852).
Checkpoint livelyWeights(const MobileVitConfig& config);

/// The state dict of a Graph.
std::vector<TensorRecord> recordsOf(const Graph& graph);

/// FP32 values of any shape: 1, 2, 3, … thousandths.
TensorRecord floats(const std::string& name, const std::vector<std::int64_t>& shape);

/// A Hugging Face folder to be spoilt by a test: written when asked, config.json and model.safetensors.
struct ModelFolder {
    nlohmann::json config;
    std::vector<TensorRecord> tensors;
    TemporaryFolder files{};

    TensorRecord& tensor(const std::string& name);
    void drop(const std::string& name);
    void writeConfig() const;
    void writeWeights(const std::string& name = "model.safetensors") const;
    /// Writes all and opens it.
    Result<ModelPtr> open() const;
};

std::unique_ptr<ModelFolder> mobileVitFolder();  ///< tinyMobileVit with livelyWeights
std::unique_ptr<ModelFolder> simpleCnnFolder();

}  // namespace mantissa::test
