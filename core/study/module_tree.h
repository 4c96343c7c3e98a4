#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace mantissa {

/// A module of a model: what its Graph's nodes say of how modules nest.
struct ModuleNode {
    std::string path;              ///< "mobilevit.encoder.layer.1"; empty for the model itself
    int parent = -1;               ///< index into ModuleTree::modules(); −1 for the model itself
    int depth = 0;                 ///< of the model itself: 0
    std::vector<int> children;     ///< in the order in which they first run
    std::vector<std::size_t> own;  ///< nodes of this very path, not of a module below
    std::size_t first = 0;         ///< first node of it or below
    std::size_t last = 0;          ///< last one
    std::size_t nodes = 0;         ///< of it and below
    int lane = 0;                  ///< how many modules with other nodes than this one it lies in
    int twin = -1;                 ///< its only child, where that has all its nodes
};

/// The modules that have nodes, parents first and siblings in the order in which they first run, so that a table of
/// them reads like the model. Paths of more than 64 names are cut there: no model nests so deep, a hostile file may.
class ModuleTree {
  public:
    explicit ModuleTree(const Graph& graph);

    const std::vector<ModuleNode>& modules() const { return modules_; }
    int ofNode(std::size_t node) const { return ofNode_[node]; }

    /// The module that a weight belongs to by its name: the longest path above it that has nodes, else the model.
    int ofWeight(std::string_view name) const;
    /// The module of this path; −1 where there is none.
    int find(std::string_view path) const;

    /// The module that `node` runs in on a lane, each module on the lane of the same number; −1 where the node's own
    /// module lies above. Modules on one lane have no node in common.
    int onLane(std::size_t node, int lane) const;
    int lanes() const { return lanes_; }

  private:
    std::vector<ModuleNode> modules_;
    std::vector<int> ofNode_;
    int lanes_ = 1;
};

}  // namespace mantissa
