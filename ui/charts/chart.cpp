#include "charts/chart.h"

#include <qcustomplot.h>

#include <QContextMenuEvent>
#include <QLabel>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QStackedLayout>
#include <QToolTip>
#include <QVBoxLayout>

#include "charts/chart_export.h"
#include "charts/data_table_dialog.h"
#include "theme/theme.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

/// The 2 px accent frame of a focused chart; above the plot, which paints all of its own area.
class FocusFrame final : public QWidget {
  public:
    explicit FocusFrame(QWidget* parent) : QWidget(parent) {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        hide();
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setPen(QPen(Theme::instance().tokens().accent, 2));
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
};

}  // namespace

Chart::Chart(QWidget* parent)
    : QWidget(parent),
      plot_(new QCustomPlot(this)),
      empty_(roleLabel({}, "caption", this)),
      stack_(new QStackedLayout(this)),
      frame_(new FocusFrame(this)) {
    stack_->setContentsMargins(0, 0, 0, 0);
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    plot_->setFocusPolicy(Qt::NoFocus);
    plot_->setMinimumSize(0, 0);
    plot_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
    plot_->setMouseTracking(true);
    plot_->installEventFilter(this);
    plot_->setNoAntialiasingOnDrag(false);
    plot_->setPlottingHint(QCP::phCacheLabels, false);  // cached pixels of tick labels blur where a view scales them
    stack_->addWidget(plot_);
    stack_->addWidget(empty_);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&Theme::instance(), &Theme::changed, this, &Chart::refresh);
}

Chart::~Chart() = default;

QString Chart::hoverText(const QCustomPlot&, QPointF) const { return {}; }

ChartStyle Chart::screenStyle() const { return chartStyle(Theme::instance().scheme(), Ink::color, size()); }

void Chart::setPlotPixels(double ratio) {
    if (plot_->bufferDevicePixelRatio() == ratio) return;
    plot_->setBufferDevicePixelRatio(ratio);
    refresh();
}

void Chart::refresh() {
    const QString nothing = emptyText();
    setAccessibleName(title());
    setAccessibleDescription(nothing.isEmpty() ? finding() : nothing);
    if (!nothing.isEmpty()) {
        clearPlot(*plot_, screenStyle());
        empty_->setText(nothing);
        stack_->setCurrentWidget(empty_);
    } else {
        stack_->setCurrentWidget(plot_);
        plot_->setViewport(QRect(QPoint(0, 0), size()));
        draw(*plot_, screenStyle());
        plot_->replot(QCustomPlot::rpQueuedReplot);
    }
    updateGeometry();
    emit redrawn();
}

void Chart::allowZoom() { plot_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom); }

void Chart::copyPicture() const { copyChart(*this, screenExportOptions(*this)); }

void Chart::showDataTable() {
    auto* dialog = new DataTableDialog(title(), finding(), table(), window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void Chart::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addMenuEntries(menu);
    if (!menu.isEmpty()) menu.addSeparator();
    const bool drawn = emptyText().isEmpty();
    for (const char* suffix : {"png", "svg", "pdf"}) {
        const QString end = QString::fromLatin1(suffix);
        menu.addAction(tr("Save as %1…").arg(end.toUpper()), this, [this, end] { emit exportRequested(this, end); })
            ->setEnabled(drawn);
    }
    auto* copy = menu.addAction(tr("Copy picture"), this, [this] { copyPicture(); });
    copy->setShortcut(QKeySequence::Copy);
    copy->setEnabled(drawn);
    menu.addSeparator();
    auto* tableEntry = menu.addAction(tr("Data table…"), this, [this] { showDataTable(); });
    tableEntry->setShortcut(QKeySequence(QStringLiteral("Ctrl+Shift+D")));
    tableEntry->setEnabled(drawn);
    menu.exec(event->globalPos());
}

void Chart::keyPressEvent(QKeyEvent* event) {
    const bool drawn = emptyText().isEmpty();
    if (event->matches(QKeySequence::Copy) && drawn) return copyPicture();
    if (event->key() == Qt::Key_D && event->modifiers() == (Qt::ControlModifier | Qt::ShiftModifier) && drawn)
        return showDataTable();
    QWidget::keyPressEvent(event);
}

void Chart::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    frame_->setGeometry(rect());
    refresh();
}

void Chart::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) refresh();
}

bool Chart::event(QEvent* event) {
    const bool handled = QWidget::event(event);
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
        frame_->setVisible(hasFocus());
        frame_->raise();
    }
    return handled;
}

bool Chart::eventFilter(QObject* watched, QEvent* event) {
    if (watched != plot_) return QWidget::eventFilter(watched, event);
    if (event->type() == QEvent::MouseMove) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const QString text = hoverText(*plot_, mouse->position());
        if (text.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(mouse->globalPosition().toPoint(), plainToolTip(text), plot_);
    } else if (event->type() == QEvent::MouseButtonPress) {
        setFocus(Qt::MouseFocusReason);
    } else if (event->type() == QEvent::MouseButtonDblClick) {
        refresh();
    } else if (event->type() == QEvent::Wheel) {
        // A wheel that scrolls the page must not zoom the chart that passes below it, and a chart that has nothing to
        // zoom must not stop it.
        const bool meant = plot_->interactions().testFlag(QCP::iRangeZoom) &&
                           (hasFocus() || (static_cast<QWheelEvent*>(event)->modifiers() & Qt::ControlModifier) != 0);
        if (!meant) {
            event->ignore();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace mantissa::ui
