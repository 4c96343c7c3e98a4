#include "compare/metric_table.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <utility>

#include "compare/run_words.h"
#include "number_text.h"
#include "theme/theme.h"
#include "widgets/copy_menu.h"

namespace mantissa::ui {
namespace {

constexpr int kMetricRow = 18, kMetricHeader = 40, kNarrowest = 68;
constexpr int kFocusRoom = 4;  // px: the focus frame passes beside the digits

/// Marker and name above, badge below.
class CandidateHeader final : public QHeaderView {
  public:
    CandidateHeader(const MetricModel& model, QWidget* parent) : QHeaderView(Qt::Horizontal, parent), model_(model) {
        setSectionResizeMode(QHeaderView::Fixed);
        setFixedHeight(kMetricHeader);
        setHighlightSections(false);
    }

  protected:
    void paintSection(QPainter* painter, const QRect& area, int section) const override {
        const Tokens& t = Theme::instance().tokens();
        painter->fillRect(area, t.card);
        painter->setPen(QPen(t.buttonLine, 1));
        painter->drawLine(area.bottomLeft(), area.bottomRight());
        if (!model_.report()) return;
        const FormatRun& run = model_.report()->runs[model_.runOf(section)];
        const QString name = shortTitle(run.format);
        const QFont font = themeFont(FontRole::words, kSecondaryPixels, FontWeight::semibold);
        const double right = area.right() - 4;
        const QSizeF words = textSize(name, font);
        paintText(*painter, {right, area.top() + 10.0}, Qt::AlignRight | Qt::AlignVCenter, name, font, t.text1);
        paintMarker(*painter, QRectF(right - words.width() - 17, area.top() + 4, 12, 12), lookOf(run.format),
                    Theme::instance().formatColor(run.format));
        const BadgeKind kind = badgeOf(*model_.report(), model_.runOf(section));
        const QSize badge = badgeSize(badgeWord(kind));
        paintBadge(*painter, QRectF(right - badge.width(), area.top() + 20, badge.width(), badge.height()), kind,
                   badgeWord(kind));
    }

  private:
    const MetricModel& model_;
};

}  // namespace

MetricTable::MetricTable(QWidget* parent) : QTableView(parent), model_(new MetricModel(this)) {
    setModel(model_);
    setHorizontalHeader(new CandidateHeader(*model_, this));
    setAccessibleName(tr("Metrics"));
    setShowGrid(false);
    setProperty("role", "rows");
    setSelectionMode(QAbstractItemView::ContiguousSelection);
    setTabKeyNavigation(false);
    setCornerButtonEnabled(false);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    verticalHeader()->setMinimumSectionSize(kMetricRow);
    verticalHeader()->setDefaultSectionSize(kMetricRow);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    verticalHeader()->setHighlightSections(false);
    setMinimumHeight(kMetricHeader + 13 * kMetricRow + 14);  // every metric without scrolling
}

void MetricTable::setReport(std::shared_ptr<const CompareReport> report) {
    model_->setReport(std::move(report));
    layOutColumns();
}

void MetricTable::layOutColumns() {
    const int columns = model_->columnCount();
    if (columns == 0) return;
    const int room = viewport()->width() - kFocusRoom;
    int widest = kNarrowest;
    for (int i = 0; i < columns; ++i)
        widest = std::max(widest, badgeSize(badgeWord(badgeOf(*model_->report(), model_->runOf(i)))).width() + 2);
    const int width = std::max(widest, room / columns);
    for (int i = 0; i < columns; ++i)
        setColumnWidth(i, i == columns - 1 && room >= width * columns ? room - width * (columns - 1) : width);
}

void MetricTable::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    layOutColumns();
}

void MetricTable::fillCopyMenu(QMenu& menu) {
    addCopyEntries(menu, [this] { return model_->table(); });
}

void MetricTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy) && model_->report()) {
        QGuiApplication::clipboard()->setText(model_->table().tsv());
        return;
    }
    QTableView::keyPressEvent(event);
}

void MetricTable::contextMenuEvent(QContextMenuEvent* event) {
    if (!model_->report()) return;
    QMenu menu(this);
    fillCopyMenu(menu);
    menu.exec(event->globalPos());
}

}  // namespace mantissa::ui
