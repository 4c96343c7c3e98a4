#include "image/preprocessor_config.h"

#include <cmath>
#include <optional>

#include "image/preprocessor_json.h"
#include "storage/json_file.h"

namespace mantissa {
namespace {

using Json = nlohmann::json;

class Reader {
  public:
    Reader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {}

    bool flag(const char* name, bool otherwise) {
        const Json* v = find(name);
        if (!v) return otherwise;
        if (!v->is_boolean()) return fail(name, "is not true or false"), otherwise;
        return v->get<bool>();
    }

    double number(const char* name, double otherwise) {
        const Json* v = find(name);
        if (!v) return otherwise;
        if (!v->is_number() || !std::isfinite(v->get<double>())) return fail(name, "is no number"), otherwise;
        return v->get<double>();
    }

    std::optional<int> side(const Json& v, const char* name) {
        if (!v.is_number_integer() || v.get<double>() < 1 || v.get<double>() > kMaxInputSide)
            return fail(name, "is no size between 1 and 16384"), std::nullopt;
        return v.get<int>();
    }

    /// A list of three, or one number for all three.
    std::array<double, 3> triple(const char* name, std::array<double, 3> otherwise) {
        const Json* v = find(name);
        if (!v) return otherwise;
        std::array<double, 3> result{};
        for (std::size_t i = 0; i < 3; ++i) {
            const Json* element = v->is_array() && v->size() == 3 ? &(*v)[i] : v;
            if (!element->is_number() || !std::isfinite(element->get<double>())) return fail(name, "is no list of three numbers"), otherwise;
            result[i] = element->get<double>();
        }
        return result;
    }

    const Json* find(const char* name) const {
        const auto found = json_.find(name);
        return found == json_.end() || found->is_null() ? nullptr : &*found;
    }

    void fail(const char* name, const char* what) {
        if (!problem_) problem_ = Error{.code = ErrorCode::corrupt, .message = std::string(name) + " " + what, .where = where_};
    }
    const std::optional<Error>& problem() const { return problem_; }

  private:
    const Json& json_;
    std::string where_;
    std::optional<Error> problem_;
};

/// The processor that the file was written by or for, "ViTImageProcessor"; its class says what a bare size means.
std::string processorOf(const Reader& r) {
    std::string processor;
    for (const char* key : {"image_processor_type", "feature_extractor_type"})
        if (const Json* name = r.find(key); name && name->is_string()) processor = name->get<std::string>();
    return processor;
}

/// Processors of models that Mantissa builds whose class normalises where the file says nothing of it.
bool normalizesUnasked(const Reader& r) {
    const std::string processor = processorOf(r);
    for (const char* name : {"ViT", "DeiT", "ConvNext", "MobileNet"})
        if (processor.starts_with(name)) return true;
    return false;
}

void readSize(Reader& r, Preprocessing& p) {
    const Json* size = r.find("size");
    if (!size || !r.flag("do_resize", true)) {
        p.resize = ResizeRule::none;
        return;
    }
    if (size->is_object() && size->contains("shortest_edge")) {
        p.resize = ResizeRule::shortestEdge;
        if (const auto n = r.side((*size)["shortest_edge"], "size")) p.resizeHeight = p.resizeWidth = *n;
    } else if (size->is_object()) {
        p.resize = ResizeRule::exact;
        const auto height = r.side(size->value("height", Json()), "size"), width = r.side(size->value("width", Json()), "size");
        if (height && width) {
            p.resizeHeight = *height;
            p.resizeWidth = *width;
        }
    } else if (const auto n = r.side(*size, "size")) {
        // A bare number: the shortest edge where a crop follows, else a square. DeiT's is a square that is cropped too.
        const bool cropped = r.flag("do_center_crop", false) || r.find("crop_pct");
        p.resize = cropped && !processorOf(r).starts_with("DeiT") ? ResizeRule::shortestEdge : ResizeRule::exact;
        p.resizeHeight = p.resizeWidth = *n;
    }
}

void readCrop(Reader& r, Preprocessing& p) {
    if (const Json* crop = r.find("crop_size"); crop && r.flag("do_center_crop", false)) {
        p.centerCrop = true;
        const Json height = crop->is_object() ? crop->value("height", Json()) : *crop;
        const Json width = crop->is_object() ? crop->value("width", Json()) : *crop;
        const auto h = r.side(height, "crop_size"), w = r.side(width, "crop_size");
        if (h && w) {
            p.cropHeight = *h;
            p.cropWidth = *w;
        }
        return;
    }
    // ConvNext's, which ResNet uses too: below 384 px the picture is resized to size / crop_pct and the centre kept; from 384 on it is squeezed.
    const bool convNext = processorOf(r).starts_with("ConvNext");
    if ((convNext || r.find("crop_pct")) && p.resize == ResizeRule::shortestEdge) {
        const double share = r.number("crop_pct", 224.0 / 256);
        if (!(share > 0.1 && share <= 1)) return r.fail("crop_pct", "must lie between 0.1 and 1");
        if (p.resizeHeight >= 384) {
            p.resize = ResizeRule::exact;
            return;
        }
        p.centerCrop = true;
        p.cropHeight = p.cropWidth = p.resizeHeight;
        p.resizeHeight = p.resizeWidth = static_cast<int>(p.resizeHeight / share);
    }
}

}  // namespace

Result<Preprocessing> readPreprocessorConfig(const std::filesystem::path& path) {
    auto json = readJsonFile(path);
    if (!json) return std::move(json).error();
    return preprocessingFromJson(*json, path.string());
}

Result<Preprocessing> preprocessingFromJson(const Json& json, const std::string& where) {
    Reader r(json, where);
    Preprocessing p;
    p.fromFile = true;
    readSize(r, p);
    readCrop(r, p);
    constexpr Resample kPillowsNumbers[] = {Resample::nearest, Resample::lanczos, Resample::bilinear, Resample::bicubic};
    const double filter = r.number("resample", 2);
    if (filter == 0 || filter == 1 || filter == 2 || filter == 3) p.resample = kPillowsNumbers[static_cast<int>(filter)];
    else r.fail("resample", "is a filter that Mantissa does not have (0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic)");
    p.rescale = r.flag("do_rescale", true) ? r.number("rescale_factor", 1.0 / 255) : 1;
    const bool mobileVit = processorOf(r).starts_with("MobileViT");
    p.flipChannels = r.flag("do_flip_channel_order", mobileVit);
    p.normalize = r.flag("do_normalize", !mobileVit && (normalizesUnasked(r) || (r.find("image_mean") && r.find("image_std"))));
    if (p.normalize) p.mean = p.std = {0.5, 0.5, 0.5};  // transformers' default where the file does not say
    p.mean = r.triple("image_mean", p.mean);
    p.std = r.triple("image_std", p.std);
    for (const double s : p.std)
        if (p.normalize && s == 0) r.fail("image_std", "must not be 0");
    if (r.problem()) return *r.problem();
    if (p.resize == ResizeRule::none && !p.centerCrop)
        return Error{.code = ErrorCode::unsupported, .message = "says neither a size nor a crop, so the model's input size is not known", .where = where};
    if (p.resize == ResizeRule::shortestEdge && !p.centerCrop)
        return Error{.code = ErrorCode::unsupported,
                     .message = "resizes the shortest edge without a crop, so the input size would change from picture to picture",
                     .where = where};
    return p;
}

nlohmann::ordered_json toJson(const Preprocessing& p) {
    nlohmann::ordered_json json{{"do_resize", p.resize != ResizeRule::none}};
    if (p.resize == ResizeRule::shortestEdge) json["size"] = {{"shortest_edge", p.resizeHeight}};
    if (p.resize == ResizeRule::exact) json["size"] = {{"height", p.resizeHeight}, {"width", p.resizeWidth}};
    constexpr std::array kPillow{0, 2, 3, 1};  // in the order of Resample
    json["resample"] = kPillow[static_cast<std::size_t>(p.resample)];
    json["do_center_crop"] = p.centerCrop;
    if (p.centerCrop) json["crop_size"] = {{"height", p.cropHeight}, {"width", p.cropWidth}};
    json["do_rescale"] = p.rescale != 1;
    json["rescale_factor"] = p.rescale;
    json["do_flip_channel_order"] = p.flipChannels;
    json["do_normalize"] = p.normalize;
    json["image_mean"] = p.mean;
    json["image_std"] = p.std;
    return json;
}

}  // namespace mantissa
