#include <QApplication>
#include <QMouseEvent>
#include <QTemporaryDir>
#include <algorithm>
#include <chrono>
#include <vector>

#include "bench.h"
#include "formats/format_table.h"
#include "main_window.h"
#include "pages/formats_page.h"
#include "session/settings.h"
#include "theme/theme.h"
#include "widgets/bit_row.h"

namespace mantissa::bench {
namespace {

using namespace mantissa::ui;

constexpr double kFrame = 16;     // ms: one refresh of a 60 Hz screen
constexpr double kGiveUp = 1000;  // ms: a click that has not reached every row by then counts as this long
constexpr int kClicks = 200;

/// Counts the paint events of bit rows.
class PaintCounter final : public QObject {
  public:
    int count = 0;

    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::Paint && qobject_cast<BitRow*>(watched)) ++count;
        return false;
    }
};

void click(BitRow& row, int bit) {
    const QPointF at = row.cellRect(bit).center();
    for (const auto type : {QEvent::MouseButtonPress, QEvent::MouseButtonRelease}) {
        QMouseEvent event(type, at, row.mapToGlobal(at), Qt::LeftButton,
                          type == QEvent::MouseButtonPress ? Qt::LeftButton : Qt::NoButton, Qt::NoModifier);
        QApplication::sendEvent(&row, &event);
    }
}

/// From the press until every row has been painted anew, in ms, click by click.
std::vector<double> clickTimes(FormatsPage& page, PaintCounter& counter) {
    std::vector<double> times;
    const auto& rows = page.table().rows();
    for (int i = 0; i < kClicks; ++i) {
        BitRow& row = rows[static_cast<std::size_t>(i) % rows.size()]->bits();
        counter.count = 0;
        const auto elapsed = [start = std::chrono::steady_clock::now()] {
            return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        };
        click(row, i % row.format().bits());
        while (counter.count < static_cast<int>(rows.size()) && elapsed() < kGiveUp) QApplication::processEvents();
        times.push_back(elapsed());
        QApplication::processEvents();  // charts may follow a frame later
    }
    std::sort(times.begin(), times.end());
    return times;
}

Outcome clickBits() {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    int argc = 1;
    char name[] = "mantissa-bench";
    char* argv[] = {name, nullptr};
    const QApplication application(argc, argv);
    Theme::instance().install();
    const QTemporaryDir folder;
    Settings settings(folder.filePath("settings.ini"));
    MainWindow window(settings);
    window.resize(1440, 900);
    window.show();
    FormatsPage* page = window.findChild<FormatsPage*>();
    for (std::size_t i = 0; i < window.pages().size(); ++i)
        if (window.pages()[i] == page) window.showPage(static_cast<int>(i));
    while (window.session().busy()) QApplication::processEvents(QEventLoop::WaitForMoreEvents);
    PaintCounter counter;
    qApp->installEventFilter(&counter);
    const auto times = clickTimes(*page, counter);
    const auto figure = [&](const char* what, double time) {
        return Figure{
            .name = what, .ours = time, .peer = "a frame at 60 Hz", .theirs = kFrame, .unit = "ms", .goal = 1};
    };
    return {.figures = {figure("bit click to repaint, median", times[times.size() / 2]),
                        figure("bit click to repaint, 95 %", times[times.size() * 95 / 100])},
            .skipped = {}};
}

}  // namespace

Benchmark bitClick() {
    return {"bit-click", "clicks bits on the Formats page until all rows are painted, offscreen", clickBits};
}

}  // namespace mantissa::bench
