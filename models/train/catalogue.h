#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "graph/graph.h"
#include "image/preprocess.h"
#include "result.h"
#include "train/trainer.h"

namespace mantissa {
class WeightSource;
}

namespace mantissa::training {

/// An architecture that can be trained here: its builder, and what its folder says about it.
struct Trainable {
    std::string name;               ///< on the command line
    std::string imageProcessor;     ///< Hugging Face's class that does what `preprocessing` says
    nlohmann::json config;  ///< model_type, architectures and the sizes, as its config.json has them
    Preprocessing preprocessing;
    BatchLayout layout = BatchLayout::planes;  ///< the faster one to train in
    std::function<Result<Graph>(const WeightSource&)> build;
};

std::span<const Trainable> trainables();

/// By name; nullptr if unknown.
const Trainable* findTrainable(std::string_view name);

}  // namespace mantissa::training
