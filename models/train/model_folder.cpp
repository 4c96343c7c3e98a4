#include "train/model_folder.h"

#include <nlohmann/json.hpp>
#include <system_error>

#include "graph/builder.h"
#include "storage/atomic_file.h"
#include "storage/checkpoint.h"
#include "storage/safetensors_writer.h"

namespace mantissa::training {
namespace {

using SortedJson = nlohmann::json;  // as save_pretrained sorts keys

SortedJson configJson(const ModelFolder& folder) {
    SortedJson config = folder.architecture.config;
    SortedJson labels = SortedJson::object(), indices = SortedJson::object();
    for (std::size_t i = 0; i < folder.classNames.size(); ++i) {
        labels[std::to_string(i)] = folder.classNames[i];
        indices[folder.classNames[i]] = i;
    }
    config["id2label"] = labels;
    config["label2id"] = indices;
    config["dtype"] = "float32";
    return config;
}

/// Pillow's number of a filter, which is what Hugging Face stores.
int pillowFilter(Resample filter) {
    switch (filter) {
        case Resample::nearest:
            return 0;
        case Resample::lanczos:
            return 1;
        case Resample::bilinear:
            return 2;
        case Resample::bicubic:
            return 3;
    }
    return 2;
}

SortedJson preprocessorJson(const Trainable& architecture) {
    const Preprocessing& how = architecture.preprocessing;
    SortedJson json{{"image_processor_type", architecture.imageProcessor},
                    {"do_resize", how.resize != ResizeRule::none}};
    if (how.resize == ResizeRule::shortestEdge)
        json["size"] = {{"shortest_edge", how.resizeHeight}};
    else
        json["size"] = {{"height", how.resizeHeight}, {"width", how.resizeWidth}};
    json["resample"] = pillowFilter(how.resample);
    json["do_center_crop"] = how.centerCrop;
    if (how.centerCrop) json["crop_size"] = {{"height", how.cropHeight}, {"width", how.cropWidth}};
    json["do_rescale"] = true;
    json["rescale_factor"] = how.rescale;
    json["do_flip_channel_order"] = how.flipChannels;
    json["do_normalize"] = how.normalize;
    if (how.normalize) {
        json["image_mean"] = how.mean;
        json["image_std"] = how.std;
    }
    return json;
}

}  // namespace

Status writeModelFolder(const ModelFolder& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder.path, error);
    if (error)
        return Error{.code = ErrorCode::unreadable,
                     .message = "was not made: " + error.message(),
                     .where = folder.path.string()};

    if (auto status = writeFileAtomically(folder.path / "config.json", configJson(folder).dump(2) + "\n"); !status)
        return status;
    if (auto status = writeFileAtomically(folder.path / "preprocessor_config.json",
                                          preprocessorJson(folder.architecture).dump(2) + "\n");
        !status)
        return status;
    std::vector<TensorRecord> records;
    for (const auto& weight : folder.graph.weights)
        if (weight.persistent) records.push_back(weight.tensor);
    auto metadata = folder.metadata;
    metadata["format"] = "pt";  // Hugging Face's loaders ask for it
    return writeSafetensors(folder.path / "model.safetensors", records, metadata);
}

Result<Graph> readModelFolder(const Trainable& architecture, const std::filesystem::path& folder) {
    const auto path = checkpointIn(folder);
    if (!path) return path.error();
    const auto weights = openCheckpoint(*path);
    if (!weights) return weights.error();
    return architecture.build(WeightSource::fromCheckpoint(*weights));
}

}  // namespace mantissa::training
