#include "graph/onnx_model.h"

#include <protozero/pbf_reader.hpp>

#include "graph/onnx_refusal.h"
#include "graph/onnx_tensor.h"

namespace mantissa {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::tag_and_type;

// A part of two bytes in the file takes a hundred times that in memory; the largest classifiers have some ten thousand.
constexpr std::size_t kMostParts = 1 << 20;
constexpr std::size_t kMostListElements = 1 << 20;

class Parser {
  public:
    explicit Parser(OnnxStorage storage) : storage_(std::move(storage)) {}

    OnnxModel model(pbf_reader message) {
        OnnxModel model;
        bool hasGraph = false;
        while (message.next()) switch (message.tag_and_type()) {
                case tag_and_type(2, pbf_wire_type::length_delimited):
                    model.producer = message.get_string();
                    break;
                case tag_and_type(7, pbf_wire_type::length_delimited):
                    if (hasGraph) throw OnnxRefusal{ErrorCode::corrupt, "holds two graphs"};
                    hasGraph = true;
                    graph(message.get_message(), model);
                    break;
                case tag_and_type(8, pbf_wire_type::length_delimited):
                    opset(message.get_message(), model);
                    break;
                case tag_and_type(14, pbf_wire_type::length_delimited): {
                    count();
                    const auto [key, value] = entry(message.get_message());
                    model.metadata[key] = value;
                    break;
                }
                default:
                    message.skip();
            }
        if (!hasGraph) throw OnnxRefusal{ErrorCode::corrupt, "holds no graph"};
        return model;
    }

  private:
    void count() {
        if (++parts_ > kMostParts) throw OnnxRefusal{ErrorCode::unsupported, "has more than a million parts"};
    }

    std::pair<std::string, std::string> entry(pbf_reader message) {
        std::pair<std::string, std::string> result;
        while (message.next()) switch (message.tag_and_type()) {
                case tag_and_type(1, pbf_wire_type::length_delimited):
                    result.first = message.get_string();
                    break;
                case tag_and_type(2, pbf_wire_type::length_delimited):
                    result.second = message.get_string();
                    break;
                default:
                    message.skip();
            }
        return result;
    }

    void opset(pbf_reader message, OnnxModel& model) {
        std::string domain;
        std::int64_t version = 0;
        while (message.next()) switch (message.tag_and_type()) {
                case tag_and_type(1, pbf_wire_type::length_delimited):
                    domain = message.get_string();
                    break;
                case tag_and_type(2, pbf_wire_type::varint):
                    version = message.get_int64();
                    break;
                default:
                    message.skip();
            }
        if (domain.empty() || domain == "ai.onnx") model.opset = version;
    }

    void graph(pbf_reader message, OnnxModel& model) {
        while (message.next()) switch (message.tag_and_type()) {
                case tag_and_type(1, pbf_wire_type::length_delimited):
                    count();
                    model.nodes.push_back(node(message.get_message()));
                    break;
                case tag_and_type(2, pbf_wire_type::length_delimited):
                    model.name = message.get_string();
                    break;
                case tag_and_type(5, pbf_wire_type::length_delimited):
                    count();
                    model.initialisers.push_back(readOnnxTensor(message.get_message(), storage_));
                    break;
                case tag_and_type(11, pbf_wire_type::length_delimited):
                    count();
                    model.inputs.push_back(valueInfo(message.get_message()));
                    break;
                case tag_and_type(12, pbf_wire_type::length_delimited):
                    count();
                    model.outputs.push_back(valueInfo(message.get_message()));
                    break;
                default:
                    message.skip();
            }
    }

    OnnxNode node(pbf_reader message) {
        OnnxNode node;
        while (message.next()) switch (message.tag_and_type()) {
                case tag_and_type(1, pbf_wire_type::length_delimited):
                    count();
                    node.inputs.push_back(message.get_string());
                    break;
                case tag_and_type(2, pbf_wire_type::length_delimited):
                    count();
                    node.outputs.push_back(message.get_string());
                    break;
                case tag_and_type(3, pbf_wire_type::length_delimited):
                    node.name = message.get_string();
                    break;
                case tag_and_type(4, pbf_wire_type::length_delimited):
                    node.op = message.get_string();
                    break;
                case tag_and_type(5, pbf_wire_type::length_delimited):
                    count();
                    node.attributes.push_back(attribute(message.get_message()));
                    break;
                case tag_and_type(7, pbf_wire_type::length_delimited):
                    node.domain = message.get_string();
                    break;
                case tag_and_type(9, pbf_wire_type::length_delimited):
                    if (auto [key, value] = entry(message.get_message()); key == "pkg.torch.onnx.name_scopes")
                        node.scope = lastModule(value);
                    break;
                default:
                    message.skip();
            }
        if (node.domain == "ai.onnx") node.domain.clear();
        return node;
    }

    /// "['', 'layer1', 'layer1.0.conv1', 'convolution']" → "layer1.0.conv1": the last but one is the module.
    static std::string lastModule(const std::string& scopes) {
        std::string before, last;
        for (std::size_t at = scopes.find('\''); at != std::string::npos; at = scopes.find('\'', at)) {
            const std::size_t end = scopes.find('\'', at + 1);
            if (end == std::string::npos) break;
            before = std::move(last);
            last = scopes.substr(at + 1, end - at - 1);
            at = end + 1;
        }
        return before;
    }

    OnnxAttribute attribute(pbf_reader message) {
        OnnxAttribute a;
        const auto room = [](const auto& list) {
            if (list.size() >= kMostListElements)
                throw OnnxRefusal{ErrorCode::unsupported, "has an attribute of more than a million numbers"};
        };
        while (message.next()) switch (message.tag_and_type()) {
                case tag_and_type(1, pbf_wire_type::length_delimited):
                    a.name = message.get_string();
                    break;
                case tag_and_type(2, pbf_wire_type::fixed32):
                    a.f = message.get_float();
                    break;
                case tag_and_type(3, pbf_wire_type::varint):
                    a.i = message.get_int64();
                    break;
                case tag_and_type(4, pbf_wire_type::length_delimited):
                    a.s = message.get_string();
                    break;
                case tag_and_type(5, pbf_wire_type::length_delimited):
                    a.t = readOnnxTensor(message.get_message(), storage_);
                    break;
                case tag_and_type(7, pbf_wire_type::fixed32):
                    room(a.floats);
                    a.floats.push_back(message.get_float());
                    break;
                case tag_and_type(7, pbf_wire_type::length_delimited):
                    for (const float value : message.get_packed_float()) room(a.floats), a.floats.push_back(value);
                    break;
                case tag_and_type(8, pbf_wire_type::varint):
                    room(a.ints);
                    a.ints.push_back(message.get_int64());
                    break;
                case tag_and_type(8, pbf_wire_type::length_delimited):
                    for (const std::int64_t value : message.get_packed_int64()) room(a.ints), a.ints.push_back(value);
                    break;
                case tag_and_type(20, pbf_wire_type::varint):
                    a.type = message.get_int32();
                    break;
                default:
                    message.skip();
            }
        return a;
    }

    OnnxValueInfo valueInfo(pbf_reader message) {
        OnnxValueInfo info;
        while (message.next()) switch (message.tag_and_type()) {
                case tag_and_type(1, pbf_wire_type::length_delimited):
                    info.name = message.get_string();
                    break;
                case tag_and_type(2, pbf_wire_type::length_delimited): {
                    pbf_reader type = message.get_message();
                    while (type.next(1, pbf_wire_type::length_delimited)) tensorType(type.get_message(), info);
                    break;
                }
                default:
                    message.skip();
            }
        return info;
    }

    void tensorType(pbf_reader message, OnnxValueInfo& info) {
        while (message.next()) switch (message.tag_and_type()) {
                case tag_and_type(1, pbf_wire_type::varint):
                    info.elementType = message.get_int32();
                    break;
                case tag_and_type(2, pbf_wire_type::length_delimited): {
                    info.hasShape = true;
                    pbf_reader shape = message.get_message();
                    while (shape.next(1, pbf_wire_type::length_delimited)) {
                        count();
                        std::int64_t size = -1;
                        pbf_reader dimension = shape.get_message();
                        while (dimension.next(1, pbf_wire_type::varint)) size = dimension.get_int64();
                        info.shape.push_back(size > 0 ? size : -1);
                    }
                    break;
                }
                default:
                    message.skip();
            }
    }

    OnnxStorage storage_;
    std::size_t parts_ = 0;
};

}  // namespace

Result<OnnxModel> parseOnnx(const std::filesystem::path& path, std::span<const std::byte> file,
                            std::shared_ptr<const void> owner) {
    const auto error = [&path](ErrorCode code, std::string message, const std::string& part) {
        return Error{
            .code = code, .message = std::move(message), .where = path.string() + (part.empty() ? "" : ": " + part)};
    };
    try {
        const pbf_reader message(reinterpret_cast<const char*>(file.data()), file.size());
        return Parser({.path = path, .owner = std::move(owner)}).model(message);
    } catch (const OnnxRefusal& refusal) {
        return error(refusal.code, refusal.message, refusal.where);
    } catch (const protozero::exception& problem) {
        return error(ErrorCode::corrupt,
                     std::string("is damaged or cut short (") + problem.what() + "); copy or download it again", "");
    }
}

}  // namespace mantissa
