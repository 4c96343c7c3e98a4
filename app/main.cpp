#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
    CLI::App app{"Mantissa shows what a number format does to a neural network", "mantissa"};
    app.set_version_flag("--version", "mantissa " MANTISSA_VERSION);
    CLI11_PARSE(app, argc, argv);
    return 0;
}
