#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/zip_writer.h"
#include "graph/model.h"
#include "temporary_folder.h"

namespace mantissa::test {

/// A `.pt2` archive of torch.export, written by hand as PyTorch 2.13 writes it, to be spoilt by a test. It begins as
/// mean over height and width, then a linear layer "fc" of 3 × 4: picture [1, 3, 8, 8], logits [1, 4].
struct ExportedFile {
    nlohmann::json program;
    nlohmann::json weights;         ///< model_weights_config.json
    nlohmann::json constants;       ///< model_constants_config.json
    std::vector<ZipEntry> records;  ///< all others
    std::string root = "model";
    TemporaryFolder folder{};

    ExportedFile();

    nlohmann::json& graph() { return program["graph_module"]["graph"]; }
    nlohmann::json& nodes() { return graph()["nodes"]; }
    nlohmann::json& inputSpecs() { return program["graph_module"]["signature"]["input_specs"]; }

    /// A parameter of FP32 values 1, 2, 3, … hundredths, in a record of its own, and its input of the graph.
    void addParameter(const std::string& name, const std::vector<std::int64_t>& shape);
    /// Nodes before the linear layer, the last of which names its result; `input` is what the linear layer takes then.
    void replaceBody(const std::vector<nlohmann::json>& body, const std::string& input);

    std::vector<ZipEntry> entries() const;
    std::filesystem::path write() const;  ///< model.pt2 in `folder`
    Result<ModelPtr> open() const { return openModel(write()); }
};

/// What opening a file says, "opened" where it does; checks that it is one line that begins with the path.
std::string refusalOf(const std::filesystem::path& path);

nlohmann::json asTensor(const std::string& name);
nlohmann::json asTensors(const std::vector<std::string>& names);
nlohmann::json asInt(std::int64_t value);
nlohmann::json asInts(const std::vector<std::int64_t>& values);
nlohmann::json asSymbol(const std::string& name);  ///< as_sym_int by name
nlohmann::json tensorMeta(const std::vector<std::int64_t>& shape, int dtype = 7);

/// A call; `inputs` are pairs of a name and an argument.
nlohmann::json call(const std::string& target, const std::vector<std::pair<std::string, nlohmann::json>>& inputs,
                    const std::vector<nlohmann::json>& outputs, const std::string& layer = "body");

}  // namespace mantissa::test
