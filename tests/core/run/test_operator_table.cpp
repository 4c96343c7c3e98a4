#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/run/graph_writer.h"
#include "run/executor.h"
#include "run/operator_table.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

/// input → relu → op(…) in layer "stem.act".
Graph withCall(const std::string& op, std::vector<NamedArgument> arguments, const std::string& overload = "") {
    GraphWriter g;
    const ValueRef x = g.input();
    arguments.insert(arguments.begin(), {"", x});
    return g.finish(g.call(op, "stem.act", std::move(arguments), overload));
}

void expectRefused(const Graph& graph, const std::string& op) {
    const auto status = checkGraph(graph);
    ASSERT_FALSE(status) << op;
    EXPECT_EQ(status.error().op, op);
    EXPECT_EQ(status.error().layer, "stem.act");
    EXPECT_NE(status.error().text().find(op), std::string::npos) << status.error().text();
    EXPECT_NE(status.error().text().find("stem.act"), std::string::npos) << status.error().text();
    const auto executor = Executor::prepare(graph, {});
    EXPECT_FALSE(executor) << "must not get as far as running";
}

TEST(OperatorTable, AnOperatorThatWritesFilesIsRefusedAndWritesNone) {
    // Running aten::from_file with shared = true creates the file it names.
    const fs::path file = fs::temp_directory_path() / ("mantissa-operator-test-" + std::to_string(getpid()));
    GraphWriter g;
    g.input();
    const Graph graph = g.finish(g.call("aten::from_file", "stem.act",
                                        {{"filename", file.string()}, {"shared", true}, {"size", std::int64_t{4}}}));
    expectRefused(graph, "aten::from_file");
    EXPECT_FALSE(fs::exists(file));
    for (const char* op :
         {"aten::from_file", "aten::save", "aten::set_", "aten::resize_", "aten::as_strided", "aten::_print",
          "prim::Print", "aten::to_mkldnn", "aten::pin_memory", "profiler::_record_function_enter_new", ""})
        EXPECT_FALSE(isAllowedOperator(op)) << op;
}

TEST(OperatorTable, UnknownOperatorsAndArgumentsAreNamed) {
    expectRefused(withCall("aten::relu_squared", {}), "aten::relu_squared");
    expectRefused(withCall("aten::relu", {}, "out_of_this_world"), "aten::relu");
    expectRefused(withCall("aten::relu", {{"slope", 0.1}}), "aten::relu");
    expectRefused(withCall("aten::relu", {{"", std::int64_t{1}}}), "aten::relu");
    expectRefused(withCall("aten::flatten", {{"start_dim", std::string("one")}}, "using_ints"), "aten::flatten");
    expectRefused(withCall("aten::transpose", {{"dim0", std::int64_t{1}}}, "int"),
                  "aten::transpose");  // dim1 is missing
    expectRefused(withCall("scalar::size", {}), "scalar::size");
    EXPECT_TRUE(checkGraph(withCall("aten::relu", {})));
}

TEST(OperatorTable, ValuesMustExistBeforeTheyAreUsed) {
    Graph forward = withCall("aten::add", {{"", ValueRef{1}}}, "Tensor");  // its own result
    EXPECT_EQ(checkGraph(forward).error().op, "aten::add");
    for (const ValueId id : {ValueId{-1}, ValueId{2}, ValueId{1'000'000}}) {
        expectRefused(withCall("aten::add", {{"", ValueRef{id}}}, "Tensor"), "aten::add");
        expectRefused(withCall("aten::cat", {{"", std::vector<ValueRef>{{0}, {id}}}}), "aten::cat");
    }
    Graph badOutput = withCall("aten::relu", {});
    badOutput.outputs = {7};
    EXPECT_EQ(checkGraph(badOutput).error().code, ErrorCode::corrupt);
    Graph badInput = withCall("aten::relu", {});
    badInput.inputs = {7};
    EXPECT_EQ(checkGraph(badInput).error().code, ErrorCode::corrupt);
    Graph negative = withCall("aten::relu", {});
    negative.valueCount = -1;
    EXPECT_EQ(checkGraph(negative).error().code, ErrorCode::corrupt);
    Graph noOutput = withCall("aten::relu", {});
    noOutput.outputs.clear();
    EXPECT_FALSE(checkGraph(noOutput));
    Graph noInput = withCall("aten::relu", {});
    noInput.inputs.clear();
    EXPECT_FALSE(checkGraph(noInput));
}

TEST(OperatorTable, ResultsMustFitWhatTheOperatorReturns) {
    Graph graph = withCall("aten::relu", {});
    graph.nodes[0].outputs = {1, 2};
    graph.valueCount = 3;
    EXPECT_FALSE(checkGraph(graph));
    graph.nodes[0].outputs = {5};
    EXPECT_FALSE(checkGraph(graph));
}

}  // namespace
