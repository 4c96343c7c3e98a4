#include <gtest/gtest.h>

#include "core/study/nested_model.h"
#include "study/module_tree.h"

namespace {

using namespace mantissa;

Graph graphOf(const std::vector<std::string>& layers) {
    Graph graph;
    for (const auto& layer : layers)
        graph.nodes.push_back({.op = "aten::relu", .overload = "", .arguments = {}, .outputs = {}, .layer = layer});
    return graph;
}

std::vector<std::string> pathsOf(const ModuleTree& tree) {
    std::vector<std::string> paths;
    for (const auto& module : tree.modules()) paths.push_back(module.path);
    return paths;
}

TEST(ModuleTree, ListsParentsFirstInTheOrderInWhichTheyRun) {
    const ModuleTree tree(graphOf({"b.x", "a.c.d", "b.y", "a", "a.b"}));
    EXPECT_EQ(pathsOf(tree), (std::vector<std::string>{"", "b", "b.x", "b.y", "a", "a.c", "a.c.d", "a.b"}));
    const auto& modules = tree.modules();
    EXPECT_EQ(modules[0].nodes, 5U);
    EXPECT_EQ(modules[1].first, 0U);
    EXPECT_EQ(modules[1].last, 2U);
    EXPECT_EQ(modules[4].own, std::vector<std::size_t>{3});
    EXPECT_EQ(modules[4].children, (std::vector<int>{5, 7}));
    EXPECT_EQ(modules[6].parent, 5);
    EXPECT_EQ(modules[6].depth, 3);
    EXPECT_EQ(tree.ofNode(3), 4);
    EXPECT_EQ(tree.find("a.c"), 5);
    EXPECT_EQ(tree.find("c"), -1);
}

TEST(ModuleTree, AModuleWithOneChildAndNothingElseIsItsTwin) {
    const ModuleTree tree(graphOf({"a.b.c", "a.b.d"}));
    const auto& modules = tree.modules();
    ASSERT_EQ(modules.size(), 5U);
    EXPECT_EQ(modules[0].twin, 1);
    EXPECT_EQ(modules[1].twin, 2);
    EXPECT_EQ(modules[2].twin, -1);
    EXPECT_EQ(tree.lanes(), 2);
    EXPECT_EQ(modules[2].lane, 0);
    EXPECT_EQ(modules[3].lane, 1);
    EXPECT_EQ(tree.onLane(0, 1), 3);
    EXPECT_EQ(tree.onLane(1, 1), 4);
    EXPECT_EQ(tree.onLane(1, 2), -1);
}

TEST(ModuleTree, WeightsBelongToTheClosestModuleAboveThem) {
    const ModuleTree tree(graphOf({"a.b", "a.b.c"}));
    EXPECT_EQ(tree.ofWeight("a.b.c.weight"), tree.find("a.b.c"));
    EXPECT_EQ(tree.ofWeight("a.b.d.weight"), tree.find("a.b"));
    EXPECT_EQ(tree.ofWeight("a.position"), tree.find("a"));
    EXPECT_EQ(tree.ofWeight("other.weight"), 0);
    EXPECT_EQ(tree.ofWeight("alone"), 0);
}

TEST(ModuleTree, SurvivesPathsThatNoModelHas) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "a.";
    const ModuleTree tree(graphOf({deep, "", ".", "..", "x..y", "a."}));
    EXPECT_LE(tree.modules().size(), 80U);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_GE(tree.ofNode(i), 0);
    std::size_t own = 0;
    for (const auto& module : tree.modules()) own += module.own.size();
    EXPECT_EQ(own, 6U);
}

}  // namespace
