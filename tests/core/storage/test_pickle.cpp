#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "bounded_memory.h"
#include "core/storage/made_files.h"
#include "core/zip_writer.h"
#include "storage/checkpoint.h"
#include "storage/pickle.h"
#include "temporary_folder.h"

// Pickles are programs. They are read, never run.

namespace {

using namespace mantissa;
using namespace mantissa::test;

Result<Pickle> read(const std::string& bytes) { return readPickle(std::as_bytes(std::span(bytes)), "made.pkl"); }

TEST(PickleReader, PlainValuesAndContainersAreRead) {
    const auto pickle = read(pickled::dict({{"n", pickled::integer(-7)},
                                            {"long", std::string("\x8A\x02\x00\xFF", 4)},
                                            {"pi", std::string("G\x40\x09\x21\xFB\x54\x44\x2D\x18", 9)},
                                            {"list", "](" + pickled::integer(1) + pickled::integer(2) + "e"},
                                            {"yes", "\x88"},
                                            {"none", "N"}}));
    ASSERT_TRUE(pickle) << pickle.error().text();
    const auto& root = pickle->at(pickle->root);
    ASSERT_EQ(root.kind, PickleValue::Kind::dict);
    ASSERT_EQ(root.items.size(), 12U);
    EXPECT_EQ(pickle->at(root.items[1]).integer, -7);
    EXPECT_EQ(pickle->at(root.items[3]).integer, -256);
    EXPECT_DOUBLE_EQ(pickle->at(root.items[5]).real, 3.141592653589793);
    EXPECT_EQ(pickle->at(root.items[7]).items.size(), 2U);
    EXPECT_EQ(pickle->at(root.items[9]).integer, 1);
    EXPECT_EQ(pickle->at(root.items[11]).kind, PickleValue::Kind::none);
}

TEST(PickleReader, FunctionsAreNeverCalledAndNamedInTheMessage) {
    const TemporaryFolder folder;
    const auto mark = (folder.path() / "called").string();
    const std::string argument = pickled::text("touch " + mark);
    const std::string calls[] = {
        pickled::global("os", "system") + argument + "\x85R",                         // REDUCE
        pickled::global("posix", "system") + argument + "\x85R",                      //
        "(" + argument + "ios\nsystem\n",                                             // INST
        "(" + pickled::global("os", "system") + argument + "o",                       // OBJ
        pickled::global("subprocess", "Popen") + argument + "\x85\x81",               // NEWOBJ
        pickled::text("os") + pickled::text("system") + "\x93" + argument + "\x85R",  // STACK_GLOBAL
        pickled::global("builtins", "eval") + pickled::text("open('" + mark + "','w')") + "\x85R",
        pickled::global("torch", "load") + argument + "\x85R",
        pickled::global("collections", "OrderedDict.__init__") + ")R",
        pickled::global("numpy.core.multiarray", "_reconstruct") + ")R",
        std::string("\x82\x01", 2),  // EXT1
        "P" + mark + "\n",           // PERSID
    };
    for (const auto& call : calls) {
        const auto pickle = read("\x80\2" + call + ".");
        ASSERT_FALSE(pickle) << call;
        EXPECT_EQ(pickle.error().code, ErrorCode::unsupported) << pickle.error().text();
        const auto checkpoint = openCheckpoint(folder.write("evil.pt", pytorchZip("\x80\2" + call + ".")));
        EXPECT_FALSE(checkpoint) << call;
    }
    EXPECT_NE(read("\x80\2" + calls[0] + ".").error().message.find("os.system"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(mark));
}

TEST(PickleReader, ObjectsMayBeSkippedForTheStoragesWithinThem) {
    // As TorchScript writes a module: its class, made without arguments, and a dict of attributes.
    const std::string attributes = pickled::text("weight") + pickled::tensor("7", 12, {3, 4}, {4, 1});
    const std::string module =
        "\x80\2" + pickled::global("__torch__", "Net") + std::string(")\x81}(") + attributes + "ub.";
    ASSERT_FALSE(read(module));
    const auto pickle = readPickle(std::as_bytes(std::span(module)), "made.pkl", PickleObjects::skip);
    ASSERT_TRUE(pickle) << pickle.error().text();
    EXPECT_EQ(pickle->at(pickle->root).kind, PickleValue::Kind::object);
    const auto storage = std::ranges::find(pickle->values, PickleValue::Kind::storage, &PickleValue::kind);
    ASSERT_NE(storage, pickle->values.end());
    EXPECT_EQ(storage->text, "7");
    EXPECT_EQ(storage->numel, 12);
}

TEST(PickleReader, WhatIsNoPickleIsCorrupt) {
    const std::string broken[] = {"",
                                  "\x80",
                                  ".",
                                  "\x80\2.",
                                  "\x80\2N",
                                  "\x80\2)R.",
                                  "\x80\2t.",
                                  "\x80\2(t",
                                  "\x80\2Nb.",
                                  "\x80\2h\5.",
                                  "\x80\2NQ.",
                                  "\x80\2X" + little(0xFFFFFFFF, 4) + "a.",
                                  "\x80\2\x8B" + little(0xFFFFFFFF, 4) + ".",
                                  "\x80\2NNa.",
                                  "\x80\2NNNs.",
                                  "\x80\2(NNu.",
                                  "\x80\2}(Nu.",
                                  "\x80\2((0.",
                                  "\x80\2(2.",
                                  "\x80\2(\x85."};
    for (const auto& bytes : broken) {
        const auto pickle = read(bytes);
        ASSERT_FALSE(pickle) << testing::PrintToString(bytes);
        EXPECT_NE(pickle.error().where.find("byte"), std::string::npos);
    }
}

TEST(PickleReader, DeepNestingAndCyclesCostNothing) {
    std::string deep = "\x80\2]";
    for (int i = 0; i < 300'000; ++i) deep += "]";
    deep += std::string(300'000, 'a') + ".";
    EXPECT_TRUE(read(deep));
    EXPECT_TRUE(read(std::string("\x80\2]q\0h\0a.", 9)));  // a list in itself
    const TemporaryFolder folder;
    EXPECT_FALSE(openCheckpoint(folder.write(
        "cycle.pt", pytorchZip(std::string("\x80\2}q\0", 5) + pickled::text("state_dict") + std::string("h\0s.", 4)))));
}

/// Small files must not ask for much: a value named again and again may not be copied each time.
TEST(PickleReader, MemoryAndTimeStayInProportionToTheFile) {
    const std::string storageWithLongKey = "(" + pickled::text("storage") + pickled::global("torch", "FloatStorage") +
                                           pickled::text(std::string(200'000, 'k')) + pickled::text("cpu") +
                                           pickled::integer(1) + "tq" + std::string(1, '\0');
    std::string again = "\x80\2" + storageWithLongKey;
    for (int i = 0; i < 20'000; ++i) again += std::string("h\0Q", 3);
    std::string called = "\x80\2" + pickled::global("torch", "device") + std::string("q\0(", 3) +
                         std::string(400'000, 'N') + std::string("tq\1", 3);
    for (int i = 0; i < 100'000; ++i) called += std::string("h\0h\1R0", 6);
    called += ".";
    EXPECT_TRUE(withinMemory(std::size_t{192} << 20, [&] { return !read(again); }));
    EXPECT_TRUE(withinMemory(std::size_t{192} << 20, [&] {
        const auto start = std::chrono::steady_clock::now();
        const bool whole = read(called).ok();
        // A copy of the arguments at every call would take minutes; this is a hundred times what it takes without.
        return whole && std::chrono::steady_clock::now() - start < std::chrono::seconds(20);
    }));
}

TEST(PickleReader, ADictNamedManyTimesIsSearchedOnce) {
    const TemporaryFolder folder;
    std::string pickle = "\x80\2" + pickled::text("state_dict") + std::string("q\0000}q\1(", 8);
    for (int i = 0; i < 60'000; ++i) pickle += std::string("K\1N", 3);
    pickle += "u0}(";
    for (int i = 0; i < 60'000; ++i) pickle += std::string("h\0h\1", 4);
    pickle += "u.";
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(openCheckpoint(folder.write("many.pt", pytorchZip(pickle))));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

}  // namespace
