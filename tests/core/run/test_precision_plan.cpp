#include <gtest/gtest.h>

#include "run/precision_plan.h"

namespace {

using namespace mantissa;

TEST(PrecisionPlan, TheLongestModulePathThatFitsCounts) {
    PrecisionPlan plan;
    plan.format = format("bf16");
    plan.overrides = {{"encoder", format("fp16")}, {"encoder.layer.1", format("fp32")}, {"classifier", format("fp32")}};
    EXPECT_EQ(formatFor(plan, "stem.conv").name, "bf16");
    EXPECT_EQ(formatFor(plan, "encoder").name, "fp16");
    EXPECT_EQ(formatFor(plan, "encoder.layer.0.weight").name, "fp16");
    EXPECT_EQ(formatFor(plan, "encoder.layer.1.weight").name, "fp32");
    EXPECT_EQ(formatFor(plan, "encoder.layer.10.weight").name, "fp16") << "layer.1 is not a part of layer.10's name";
    EXPECT_EQ(formatFor(plan, "classifier.bias").name, "fp32");
    EXPECT_EQ(formatFor(plan, "classifiers").name, "bf16");
    EXPECT_EQ(formatFor(plan, "").name, "bf16");
}

TEST(PrecisionPlan, KnowsWhichFormatsHoldEveryFp32) {
    for (const char* name : {"fp32", "fp64", "e8m23", "e11m52", "e9m30"})
        EXPECT_TRUE(holdsEveryFp32(*findFormat(name))) << name;
    for (const char* name : {"tf32", "fp16", "bf16", "e4m3", "int8", "int32", "e8m22", "e7m23", "e5m30"})
        EXPECT_FALSE(holdsEveryFp32(*findFormat(name))) << name;
}

}  // namespace
