#include "graph/hugging_face.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "graph/builder.h"
#include "graph/mobilevit.h"
#include "graph/simple_cnn.h"
#include "image/preprocessor_config.h"
#include "storage/checkpoint.h"
#include "storage/json_file.h"
#include "storage/mapped_file.h"
#include "storage/sha256.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Reads typed fields of config.json; remembers the first one that has another type.
class Fields {
  public:
    Fields(const Json& json, fs::path path) : json_(json), path_(std::move(path)) {}

    template <class T>
    void read(const char* name, T& target) {
        const auto found = json_.find(name);
        if (found == json_.end() || found->is_null()) return;
        if constexpr (std::is_same_v<T, bool>) {
            if (found->is_boolean()) return void(target = found->get<bool>());
        } else if constexpr (std::is_integral_v<T>) {
            if (found->is_number_integer()) return void(target = found->get<T>());
        } else if constexpr (std::is_floating_point_v<T>) {
            if (found->is_number()) return void(target = found->get<T>());
        } else {
            if (found->is_string()) return void(target = found->get<std::string>());
        }
        fail(name);
    }

    template <std::size_t N>
    void read(const char* name, std::array<std::int64_t, N>& target) {
        const auto found = json_.find(name);
        if (found == json_.end() || found->is_null()) return;
        if (!found->is_array() || found->size() != N) return fail(name);
        for (std::size_t i = 0; i < N; ++i) {
            if (!(*found)[i].is_number_integer()) return fail(name);
            target[i] = (*found)[i].get<std::int64_t>();
        }
    }

    void fail(const char* name) {
        if (!problem_)
            problem_ = Error{.code = ErrorCode::corrupt,
                             .message = std::string("the field ") + name + " has a type or length that it cannot have",
                             .where = path_.string()};
    }
    const std::optional<Error>& problem() const { return problem_; }

  private:
    const Json& json_;
    fs::path path_;
    std::optional<Error> problem_;
};

/// Labels by class index, never by name: two classes of ImageNet are called "crane".
Result<std::vector<std::string>> readLabels(const Json& config, const fs::path& path) {
    std::vector<std::string> labels;
    const auto found = config.find("id2label");
    if (found == config.end() || found->is_null()) return labels;
    const auto wrong = [&] {
        return Error{.code = ErrorCode::corrupt, .message = "id2label does not map the numbers from 0 on to words", .where = path.string()};
    };
    if (!found->is_object()) return wrong();
    labels.resize(found->size());
    for (const auto& [key, value] : found->items()) {
        const bool digits = !key.empty() && key.size() < 8 && key.find_first_not_of("0123456789") == std::string::npos;
        const std::size_t index = digits ? std::stoul(key) : labels.size();
        if (index >= labels.size() || !value.is_string()) return wrong();
        labels[index] = value.get<std::string>();
    }
    return labels;
}

/// Number of classes: the labels', or num_labels where there are none.
std::int64_t classCount(Fields& fields, const std::vector<std::string>& labels) {
    std::int64_t count = labels.empty() ? 2 : static_cast<std::int64_t>(labels.size());
    if (labels.empty()) fields.read("num_labels", count);
    return count;
}

Result<fs::path> findWeights(const fs::path& folder) {
    for (const char* name : {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"})
        if (fs::exists(folder / name)) return folder / name;
    return Error{.code = ErrorCode::unreadable,
                 .message = "holds no weights: no model.safetensors, model.safetensors.index.json or pytorch_model.bin",
                 .where = folder.string()};
}

Result<Graph> buildMobileVitFrom(const Json& config, const fs::path& path, const std::vector<std::string>& labels, const Checkpoint& weights) {
    Fields fields(config, path);
    MobileVitConfig c;
    fields.read("num_channels", c.channels);
    fields.read("patch_size", c.patchSize);
    fields.read("hidden_sizes", c.hiddenSizes);
    fields.read("neck_hidden_sizes", c.neckHiddenSizes);
    fields.read("num_attention_heads", c.attentionHeads);
    fields.read("mlp_ratio", c.mlpRatio);
    fields.read("expand_ratio", c.expandRatio);
    fields.read("hidden_act", c.activation);
    fields.read("conv_kernel_size", c.convKernelSize);
    fields.read("output_stride", c.outputStride);
    fields.read("layer_norm_eps", c.layerNormEps);
    fields.read("qkv_bias", c.qkvBias);
    fields.read("hidden_dropout_prob", c.hiddenDropout);
    fields.read("attention_probs_dropout_prob", c.attentionDropout);
    fields.read("classifier_dropout_prob", c.classifierDropout);
    c.classes = classCount(fields, labels);
    if (fields.problem()) return *fields.problem();
    return buildMobileVit(c, WeightSource::fromCheckpoint(weights));
}

Result<Graph> buildSimpleCnnFrom(const Checkpoint& weights) {
    auto sizes = simpleCnnSizes(weights);
    if (!sizes) return std::move(sizes).error();
    return buildSimpleCnn(*sizes, WeightSource::fromCheckpoint(weights));
}

Error notBuilt(const std::string& architecture, const fs::path& path) {
    return {.code = ErrorCode::unsupported,
            .message = "the architecture " + architecture +
                       " is not one that Mantissa builds. Save the model as TorchScript instead, in Python: "
                       "traced = torch.jit.trace(model.eval(), example, strict=False); traced.save(\"model.pt\")",
            .where = path.string()};
}

/// What a picture becomes where the folder does not say: the defaults of the architecture, shown as guessed.
Preprocessing defaultPreprocessing(const std::string& modelType, const Checkpoint& weights) {
    Preprocessing p;
    if (modelType == "mobilevit") {
        p.resize = ResizeRule::shortestEdge;
        p.resizeHeight = 288;
        p.centerCrop = true;
        p.cropHeight = p.cropWidth = 256;
        p.flipChannels = true;
    } else if (auto sizes = simpleCnnSizes(weights)) {
        p.resizeHeight = p.resizeWidth = static_cast<int>(sizes->inputSize);
    }
    return p;
}

}  // namespace

Result<ModelPtr> openHuggingFaceFolder(const fs::path& folder) {
    const fs::path configPath = folder / "config.json";
    auto config = readJsonFile(configPath);
    if (!config) return std::move(config).error();
    auto labels = readLabels(*config, configPath);
    if (!labels) return std::move(labels).error();
    std::string modelType, architecture;
    Fields fields(*config, configPath);
    fields.read("model_type", modelType);
    if (fields.problem()) return *fields.problem();
    if (const auto names = config->find("architectures"); names != config->end() && names->is_array() && !names->empty() && (*names)[0].is_string())
        architecture = (*names)[0].get<std::string>();
    if (modelType.empty())
        return Error{.code = ErrorCode::unsupported, .message = "has no model_type, so the architecture is not known", .where = configPath.string()};
    const bool mobileVit = modelType == "mobilevit" && (architecture.empty() || architecture == "MobileViTForImageClassification");
    if (!mobileVit && modelType != "simple_cnn") return notBuilt(architecture.empty() ? modelType : architecture, configPath);

    auto weightPath = findWeights(folder);
    if (!weightPath) return std::move(weightPath).error();
    auto weights = openCheckpoint(*weightPath);
    if (!weights) return std::move(weights).error();
    auto graph = mobileVit ? buildMobileVitFrom(*config, configPath, *labels, *weights) : buildSimpleCnnFrom(*weights);
    if (!graph) return std::move(graph).error();

    auto model = std::make_shared<Model>();
    model->path = folder;
    model->name = fs::weakly_canonical(folder).filename().string();
    model->kind = ModelKind::huggingFace;
    model->architecture = mobileVit ? "MobileViTForImageClassification" : "SimpleCNN";
    model->graph = *std::move(graph);
    model->labels = *std::move(labels);
    if (fs::exists(folder / "preprocessor_config.json")) {
        auto preprocessing = readPreprocessorConfig(folder / "preprocessor_config.json");
        if (!preprocessing) return std::move(preprocessing).error();
        model->preprocessing = *preprocessing;
    } else {
        model->preprocessing = defaultPreprocessing(modelType, *weights);
    }
    auto file = MappedFile::open(*weightPath);
    if (!file) return std::move(file).error();
    model->sha256 = sha256(file->bytes());
    return ModelPtr(model);
}

}  // namespace mantissa
