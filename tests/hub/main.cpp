#include <gtest/gtest.h>

#include <QCoreApplication>

int main(int argc, char** argv) {
    // Servers and clients run event loops, which Qt gives to applications only. A proxy of the machine is not asked for
    // this computer.
    qputenv("no_proxy", "127.0.0.1,127.0.0.2");
    QCoreApplication application(argc, argv);
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
