// mantissa-screenshots FOLDER [WIDTHxHEIGHT [FILE …]]: the pictures in the README, taken from the window itself with
// the bundled model, or with the model and picture that are named, each page in both themes. Not a test; build the
// target and run it with QT_QPA_PLATFORM=offscreen.

#include <QApplication>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QThread>
#include <filesystem>
#include <iostream>

#include "bundled.h"
#include "layers/layer_detail.h"
#include "layers/layer_tree.h"
#include "layers/layer_words.h"
#include "main_window.h"
#include "pages/evaluate_page.h"
#include "pages/formats_page.h"
#include "pages/layers_page.h"
#include "projector/projector_window.h"
#include "session/folder_session.h"
#include "session/layers_session.h"
#include "session/settings.h"
#include "theme/theme.h"

namespace {

using namespace mantissa;
using namespace mantissa::ui;

constexpr int kSettle = 400;       // ms for layouts and queued replots
constexpr int kPatience = 600000;  // ms for a run

void processEventsFor(int milliseconds) {
    QElapsedTimer clock;
    clock.start();
    while (clock.elapsed() < milliseconds) {
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
        QThread::msleep(2);
    }
}

bool save(QWidget& shown, const std::filesystem::path& path) {
    if (!shown.grab().save(QString::fromStdString(path.string()))) {
        std::cerr << path << " was not written\n";
        return false;
    }
    std::cout << path.string() << '\n';
    return true;
}

bool waitUntilIdle(const Session& session) {
    QElapsedTimer clock;
    clock.start();
    // One job may lead to another a moment later.
    int idle = 0;
    while (idle < 2 && clock.elapsed() < kPatience) {
        processEventsFor(kSettle);
        idle = session.busy() ? 0 : idle + 1;
    }
    return idle == 2;
}

/// E4M3 with a plan; in the dark the elements that it changes most.
bool showLayers(MainWindow& window, LayersPage& page, ThemeMode mode) {
    LayersSession& layers = window.session().layers();
    layers.chooseFormat(format("e4m3"));
    if (!waitUntilIdle(window.session())) return false;
    layers.sweep(PlanTarget{.measure = PlanTarget::Measure::sqnrDb, .value = 30});
    if (!waitUntilIdle(window.session())) return false;
    const auto leaves = leavesOf(*layers.report());
    page.tree().choose(static_cast<int>(leaves[leaves.size() * 3 / 8]));
    page.detail().setView(mode == ThemeMode::dark ? LayerDetail::View::worst : LayerDetail::View::values);
    return waitUntilIdle(window.session());
}

/// "dot-product"
std::string fileName(const Page& page) { return page.title().toLower().replace(' ', '-').toStdString(); }

}  // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const QStringList size = argc >= 3 ? QString::fromLocal8Bit(argv[2]).split('x') : QStringList{"1440", "900"};
    if (argc < 2 || size.size() != 2 || size[0].toInt() <= 0 || size[1].toInt() <= 0) {
        std::cerr << "usage: mantissa-screenshots FOLDER [WIDTHxHEIGHT [FILE …]]\n";
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    std::vector<std::filesystem::path> files;
    for (int i = 3; i < argc; ++i) files.emplace_back(argv[i]);
    std::filesystem::create_directories(folder);
    Theme::instance().install();
    const QTemporaryDir settingsFolder;
    for (const auto& [mode, theme] : {std::pair{ThemeMode::light, "light"}, std::pair{ThemeMode::dark, "dark"}}) {
        Settings settings(settingsFolder.filePath(QString::fromLatin1(theme) + ".ini"));
        settings.set(option::kTheme, static_cast<int>(mode));
        settings.set(option::kFirstOpenStrip, false);
        MainWindow window(settings);
        window.resize(size[0].toInt(), size[1].toInt());
        window.show();
        window.start(files);
        if (!waitUntilIdle(window.session())) return 1;
        Choices choices = window.session().choices();
        choices.candidates = {format("bf16"), format("fp16"), format("int8")};
        window.session().choose("Turn on FP16 and INT8", choices);
        for (std::size_t i = 0; i < window.pages().size(); ++i) {
            window.showPage(static_cast<int>(i));
            if (auto* formats = qobject_cast<FormatsPage*>(window.pages()[i]); formats && mode == ThemeMode::dark) {
                // What is too large: the dark picture shows words in the error colour, and the other view.
                if (!formats->restore("formats?value=65504&select=fp16&view=range")) return 1;
            }
            if (auto* layers = qobject_cast<LayersPage*>(window.pages()[i]))
                if (!showLayers(window, *layers, mode)) return 1;
            if (qobject_cast<EvaluatePage*>(window.pages()[i])) {
                window.session().folder().setSource({.path = bundledSamples().front().parent_path()});
                window.session().folder().run();
            }
            if (!waitUntilIdle(window.session())) return 1;
            const auto path = folder / (fileName(*window.pages()[i]) + "-" + theme + ".png");
            if (!save(window, path)) return 1;
        }
        for (std::size_t i = 0; i < window.pages().size(); ++i) {
            window.showPage(static_cast<int>(i));
            window.showProjector();
            window.projector()->showNormal();
            window.projector()->resize(1440, 900);
            processEventsFor(kSettle);
            const std::string page = i == 0 ? "" : fileName(*window.pages()[i]) + "-";
            if (!save(*window.projector(), folder / ("projector-" + page + theme + ".png"))) return 1;
            window.projector()->close();
            processEventsFor(kSettle);
        }
    }
    return 0;
}
