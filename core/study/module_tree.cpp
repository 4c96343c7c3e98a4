#include "study/module_tree.h"

#include <algorithm>
#include <map>

namespace mantissa {
namespace {

constexpr int kMostNames = 64;

/// Where each name of a path ends; the last one is the whole path.
std::vector<std::size_t> endsOf(std::string_view path) {
    std::vector<std::size_t> ends;
    for (std::size_t at = 0; !path.empty() && at < path.size();) {
        const std::size_t dot = static_cast<int>(ends.size()) + 1 == kMostNames ? path.npos : path.find('.', at);
        ends.push_back(std::min(dot, path.size()));
        at = ends.back() + 1;
    }
    return ends;
}

/// Modules as they are first met.
class Collector {
  public:
    explicit Collector(const Graph& graph) {
        modules.emplace_back();
        byPath_[""] = 0;
        for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
            const int module = at(graph.nodes[i].layer);
            modules[static_cast<std::size_t>(module)].own.push_back(i);
            for (int above = module; above >= 0; above = modules[static_cast<std::size_t>(above)].parent) {
                ModuleNode& one = modules[static_cast<std::size_t>(above)];
                if (one.nodes++ == 0) one.first = i;
                one.last = i;
            }
        }
    }

    std::vector<ModuleNode> modules;

  private:
    int at(const std::string& path) {
        int parent = 0;
        for (const std::size_t end : endsOf(path)) {
            const std::string above = path.substr(0, end);
            const auto [place, isNew] = byPath_.try_emplace(above, static_cast<int>(modules.size()));
            if (isNew) {
                ModuleNode& one = modules.emplace_back();
                one.path = above;
                one.parent = parent;
                one.depth = modules[static_cast<std::size_t>(parent)].depth + 1;
                modules[static_cast<std::size_t>(parent)].children.push_back(place->second);
            }
            parent = place->second;
        }
        return parent;
    }

    std::map<std::string, int, std::less<>> byPath_;
};

}  // namespace

ModuleTree::ModuleTree(const Graph& graph) {
    const Collector met(graph);
    // Depth first, without recursion.
    std::vector<int> open{0}, place(met.modules.size(), -1);
    while (!open.empty()) {
        const int old = open.back();
        open.pop_back();
        place[static_cast<std::size_t>(old)] = static_cast<int>(modules_.size());
        modules_.push_back(met.modules[static_cast<std::size_t>(old)]);
        const auto& children = modules_.back().children;
        open.insert(open.end(), children.rbegin(), children.rend());
    }
    ofNode_.resize(graph.nodes.size());
    for (std::size_t i = 0; i < modules_.size(); ++i) {
        ModuleNode& one = modules_[i];
        if (one.parent >= 0) one.parent = place[static_cast<std::size_t>(one.parent)];
        for (int& child : one.children) child = place[static_cast<std::size_t>(child)];
        for (const std::size_t node : one.own) ofNode_[node] = static_cast<int>(i);
        if (one.own.empty() && one.children.size() == 1) one.twin = one.children.front();
        if (one.parent < 0) continue;
        const ModuleNode& parent = modules_[static_cast<std::size_t>(one.parent)];
        one.lane = parent.twin == static_cast<int>(i) ? parent.lane : parent.lane + 1;
        lanes_ = std::max(lanes_, one.lane + 1);
    }
}

int ModuleTree::find(std::string_view path) const {
    for (std::size_t i = 0; i < modules_.size(); ++i)
        if (modules_[i].path == path) return static_cast<int>(i);
    return -1;
}

int ModuleTree::ofWeight(std::string_view name) const {
    while (!name.empty()) {
        const std::size_t dot = name.rfind('.');
        name = dot == name.npos ? std::string_view() : name.substr(0, dot);
        if (const int module = find(name); module >= 0) return module;
    }
    return 0;
}

int ModuleTree::onLane(std::size_t node, int lane) const {
    int module = ofNode_[node];
    if (modules_[static_cast<std::size_t>(module)].lane < lane) return -1;
    while (modules_[static_cast<std::size_t>(module)].lane > lane)
        module = modules_[static_cast<std::size_t>(module)].parent;
    return module;
}

}  // namespace mantissa
