#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "graph/exported_program_archive.h"
#include "graph/graph.h"
#include "result.h"

namespace mantissa {

/// An exported program as a Graph, and what its file says of its picture.
struct LoweredProgram {
    Graph graph;
    std::string architecture;  ///< the outermost module's class, "VisionTransformer"; empty where the file does not say
    std::int64_t height = 0;   ///< px; the size at export where any size is allowed
    std::int64_t width = 0;
    std::optional<std::int64_t> classes;  ///< of the logits, where the file says
    std::vector<std::string> notes{};     ///< for the user: what this Graph does that the file does not say
};

/// Errors name operator and layer. A program that was exported for a fixed number of pictures gets the one picture as
/// often as it wants; its Graph then gives the first row of the logits.
Result<LoweredProgram> lowerExportedProgram(const ExportedProgramArchive& archive);

}  // namespace mantissa
