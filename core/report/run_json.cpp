#include "report/run_json.h"

#include <utility>

#include "image/preprocessing_note.h"

namespace mantissa {
namespace {

std::string_view resampleName(Resample resample) {
    switch (resample) {
        case Resample::nearest:
            return "nearest";
        case Resample::bilinear:
            return "bilinear";
        case Resample::bicubic:
            return "bicubic";
        case Resample::lanczos:
            return "lanczos";
    }
    return "";
}

OrderedJson inputJson(const Preprocessing& p) {
    OrderedJson json{{"height", p.inputHeight()},
                     {"width", p.inputWidth()},
                     {"channels", 3},
                     {"channel_order", p.flipChannels ? "bgr" : "rgb"}};
    switch (p.resize) {
        case ResizeRule::none:
            json["resize"] = nullptr;
            break;
        case ResizeRule::shortestEdge:
            json["resize"] = {{"shortest_edge", p.resizeHeight}};
            break;
        case ResizeRule::exact:
            json["resize"] = {{"height", p.resizeHeight}, {"width", p.resizeWidth}};
            break;
    }
    json["resample"] = resampleName(p.resample);
    json["center_crop"] = p.centerCrop;
    json["rescale"] = p.rescale;
    if (p.normalize) {
        json["mean"] = p.mean;
        json["std"] = p.std;
    }
    json["from_file"] = p.fromFile;
    if (!p.fromFile) json["assumed"] = preprocessingWords(p);
    return json;
}

}  // namespace

std::string_view modeName(RunMode mode) { return mode == RunMode::native ? "native" : "emulated"; }

OrderedJson environmentJson(const Environment& e) {
    return {{"mantissa", e.mantissa},
            {"libtorch", e.libtorch},
            {"opencv", e.opencv},
            {"cpu", e.cpu},
            {"threads", e.threads}};
}

OrderedJson modelJson(const Model& model, const Preprocessing& preprocessing, std::span<const Format> formats) {
    OrderedJson bytes = OrderedJson::object();
    for (const auto& format : formats) bytes[format.name] = model.bytesIn(format);
    return {{"path", model.path.string()},
            {"sha256", model.sha256},
            {"kind", kindName(model.kind)},
            {"architecture", model.architecture},
            {"parameters", model.parameterCount()},
            {"buffers", model.bufferCount()},
            {"bytes", std::move(bytes)},
            {"input", inputJson(preprocessing)},
            {"labels", !model.labels.empty()},
            {"notes", model.notes}};
}

void addSource(OrderedJson& json, const std::optional<SourceImage>& image, const std::optional<TensorInput>& tensor) {
    if (image)
        json["image"] = {{"path", image->path.string()},
                         {"sha256", image->sha256},
                         {"width", image->rgb.width},
                         {"height", image->rgb.height}};
    else if (tensor)
        json["input"] = {{"path", tensor->path}, {"tensor", tensor->tensor}, {"shape", tensor->shape}};
}

OrderedJson overridesJson(const std::vector<LayerFormat>& overrides) {
    OrderedJson list = OrderedJson::array();
    for (const auto& one : overrides) list.push_back({{"layer", one.layer}, {"format", one.format.name}});
    return list;
}

OrderedJson failureJson(const Error& error) {
    return {{"operator", error.op}, {"layer", error.layer}, {"message", error.message}};
}

OrderedJson fallbackJson(const Error& error) {
    OrderedJson json{{"mode", "native"}};
    json.update(failureJson(error));
    return json;
}

}  // namespace mantissa
