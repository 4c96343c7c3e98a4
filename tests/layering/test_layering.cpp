#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

// app → ui → hub → core, never back, and inside core numerics ← storage ← graph ← run ← study. Debian puts ATen on the
// default include path, so linking privately proves nothing: this reads the #include lines.

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = MANTISSA_SOURCE_DIR;

struct Includes {
    std::set<std::string> quoted;
    std::set<std::string> angled;
};

Includes includesOf(const fs::path& file) {
    static const std::regex pattern(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
    Includes found;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        if (std::smatch match; std::regex_search(line, match, pattern))
            (match[1] == "<" ? found.angled : found.quoted).insert(match[2]);
    return found;
}

std::vector<fs::path> sourcesBelow(const fs::path& folder) {
    std::vector<fs::path> files;
    if (!fs::exists(folder)) return files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.path().extension() == ".cpp" || entry.path().extension() == ".h") files.push_back(entry.path());
    return files;
}

/// The project's file that `"name"` means in `from`, as the include paths of the targets resolve it; empty if it is
/// none of ours.
fs::path resolve(const std::string& name, const fs::path& from) {
    for (const fs::path& base : {from.parent_path(), kRoot / "core", kRoot / "hub", kRoot / "ui", kRoot / "app", kRoot})
        if (fs::exists(base / name)) return fs::weakly_canonical(base / name);
    return {};
}

bool isHeavy(const std::string& header) {
    static const std::regex pattern("^(ATen|torch|c10|caffe2|opencv2)/.*");
    return std::regex_match(header, pattern);
}

bool isQt(const std::string& header) {
    static const std::regex pattern("^(Q[A-Za-z]+(/.*)?|qcustomplot\\.h)$");
    return std::regex_match(header, pattern);
}

/// Every heavy header that `file` reaches through the project's own headers, with the file that names it.
void collectHeavy(const fs::path& file, std::set<fs::path>& seen, std::vector<std::string>& found) {
    if (!seen.insert(file).second) return;
    const Includes includes = includesOf(file);
    for (const auto& header : includes.angled)
        if (isHeavy(header)) found.push_back(fs::relative(file, kRoot).string() + " includes <" + header + ">");
    for (const auto& header : includes.quoted)
        if (const auto next = resolve(header, file); !next.empty()) collectHeavy(next, seen, found);
}

TEST(Layering, WindowAndCommandLineNeverReachLibTorchOrOpenCv) {
    std::size_t files = 0;
    for (const char* folder : {"hub", "ui", "app"})
        for (const auto& file : sourcesBelow(kRoot / folder)) {
            ++files;
            std::set<fs::path> seen;
            std::vector<std::string> found;
            collectHeavy(file, seen, found);
            for (const auto& leak : found) ADD_FAILURE() << fs::relative(file, kRoot) << " reaches it: " << leak;
        }
    EXPECT_GT(files, 0u);
}

TEST(Layering, CoreKnowsNoQt) {
    std::size_t files = 0;
    for (const auto& file : sourcesBelow(kRoot / "core")) {
        ++files;
        for (const auto& header : includesOf(file).angled)
            EXPECT_FALSE(isQt(header)) << fs::relative(file, kRoot) << " includes <" << header << ">";
    }
    EXPECT_GT(files, 0u);
}

TEST(Layering, OnlyTheHubReachesTheNetwork) {
    static const std::regex network(
        "^(QNetwork.*|QtNetwork.*|Q(Tcp|Udp|Ssl|Local|Abstract)(Socket|Server).*|sys/socket\\.h|netdb\\.h)$");
    std::size_t found = 0;
    for (const char* folder : {"core", "hub", "ui", "app", "models"})
        for (const auto& file : sourcesBelow(kRoot / folder))
            for (const auto& header : includesOf(file).angled) {
                if (!std::regex_match(header, network)) continue;
                ++found;
                EXPECT_EQ(std::string(folder), "hub") << fs::relative(file, kRoot) << " includes <" << header << ">";
            }
    EXPECT_GT(found, 0u);
}

TEST(Layering, LowerLayersNeverIncludeHigherOnes) {
    for (const auto& file : sourcesBelow(kRoot / "core"))
        for (const auto& header : includesOf(file).quoted) {
            const auto target = resolve(header, file);
            if (target.empty()) continue;
            const auto layer = *fs::relative(target, kRoot).begin();
            EXPECT_EQ(layer, "core") << fs::relative(file, kRoot) << " includes " << header;
        }
    const std::map<std::string, std::set<std::string>> above{{"hub", {"ui", "app"}}, {"ui", {"app"}}};
    for (const auto& [layer, higher] : above)
        for (const auto& file : sourcesBelow(kRoot / layer))
            for (const auto& header : includesOf(file).quoted) {
                const auto target = resolve(header, file);
                if (target.empty()) continue;
                EXPECT_FALSE(higher.contains(fs::relative(target, kRoot).begin()->string()))
                    << fs::relative(file, kRoot) << " includes " << header;
            }
}

TEST(Layering, RoomsOfCoreDependInOneDirection) {
    const std::map<std::string, std::set<std::string>> allowed{
        {"numerics", {"numerics"}},
        {"storage", {"storage", "numerics"}},
        {"image", {"image", "storage", "numerics"}},
        {"graph", {"graph", "storage", "numerics", "image", "run"}},
        {"run", {"run", "graph", "storage", "numerics"}},
        {"study", {"study", "run", "graph", "image", "storage", "numerics"}},
        {"report", {"report", "study", "run", "graph", "image", "storage", "numerics"}},
    };
    // Readers ask the executor's list of allowed operators before they hand out a Graph. TorchScript says neither its
    // input size nor, sometimes, what it computes before it sees a size: its reader tries pictures, within the memory
    // that a model may use, and hands over what runs as a whole. Nothing else in graph may know run.
    const std::set<std::string> fromGraph{"run/operator_table.h", "run/executor.h",       "run/node_binding.h",
                                          "run/memory_limit.h",   "run/opaque_program.h", "run/tensor_view.h"};
    for (const auto& [room, others] : allowed)
        for (const auto& file : sourcesBelow(kRoot / "core" / room))
            for (const auto& header : includesOf(file).quoted) {
                const auto target = resolve(header, file);
                if (target.empty()) continue;
                const auto relative = fs::relative(target, kRoot / "core");
                const std::string targetRoom = relative.begin()->string();
                if (std::distance(relative.begin(), relative.end()) == 1)
                    continue;  // result.h, progress.h: everybody's
                EXPECT_TRUE(others.contains(targetRoom)) << fs::relative(file, kRoot) << " includes " << header;
                if (room == "graph" && targetRoom == "run") {
                    EXPECT_TRUE(fromGraph.contains(relative.string()))
                        << fs::relative(file, kRoot) << " includes " << header;
                }
            }
}

}  // namespace
