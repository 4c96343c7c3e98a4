#include "pages/layers_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "charts/depth_chart.h"
#include "charts/legend.h"
#include "layers/layer_bar.h"
#include "layers/layer_detail.h"
#include "layers/layer_tree.h"
#include "layers/plan_panel.h"
#include "layers/worst_view.h"
#include "number_text.h"
#include "session/layers_session.h"
#include "session/settings.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/panel_board.h"
#include "widgets/segmented_control.h"

namespace mantissa::ui {
namespace {

constexpr int kDetailColumn = 452, kDetailColumnLeast = 420;  // px
constexpr int kInspectAfter = 150;                            // ms that a layer stays chosen
constexpr int kRedrawAfter = 120;                             // ms between drawings of a running study

}  // namespace

LayersPage::LayersPage(Session& session, QWidget* parent)
    : Page(session, parent),
      layers_(session.layers()),
      bar_(new LayerBar(session, this)),
      finding_(roleLabel({}, "", this)),
      detailText_(roleLabel({}, "secondary", this)),
      board_(new PanelBoard(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kCardGap);
    layout->addWidget(bar_);
    finding_->setFont(themeFont(FontRole::words, 17, FontWeight::semibold));
    finding_->setWordWrap(true);
    detailText_->setWordWrap(true);
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(finding_);
    words->addWidget(detailText_);
    layout->addLayout(words);
    layout->addWidget(board_, 1);
    makeTreePanel();
    makeOtherPanels();
    board_->setColumnWidth(1, kDetailColumnLeast, kDetailColumn);
    board_->arrange(WidthClass::wide);
    setColumns(session.settings().value(option::kLayersColumns));
    setFlat(session.settings().value(option::kLayersFlat));

    inspect_.setSingleShot(true);
    inspect_.setInterval(kInspectAfter);
    connect(&inspect_, &QTimer::timeout, this, [this] {
        const auto& report = layers_.report();
        const int layer = tree_->current();
        if (report && layer >= 0) layers_.inspect(report->layers[static_cast<std::size_t>(layer)].path);
    });
    redraw_.setSingleShot(true);
    redraw_.setInterval(kRedrawAfter);
    connect(&redraw_, &QTimer::timeout, this, &LayersPage::showReport);
    connect(&layers_, &LayersSession::reportChanged, this, [this] {
        showReport();
        inspectSoon();
    });
    connect(&layers_, &LayersSession::layerReady, this, [this] {
        if (!redraw_.isActive()) redraw_.start();
    });
    connect(&layers_, &LayersSession::runningChanged, this, &LayersPage::showState);
    connect(&layers_, &LayersSession::formatChanged, this, &LayersPage::follow);
    for (const auto signal : {&Session::modelChanged, &Session::imageChanged, &Session::choicesChanged})
        connect(&session, signal, this, &LayersPage::follow);
    connect(&session, &Session::busyChanged, this, &LayersPage::showState);
    showReport();
}

void LayersPage::makeTreePanel() {
    treeBody_ = new QWidget;
    auto* layout = new QVBoxLayout(treeBody_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    filter_ = new QLineEdit(treeBody_);
    filter_->setPlaceholderText(tr("Filter layers"));
    filter_->setClearButtonEnabled(true);
    filter_->setAccessibleName(tr("Filter layers"));
    filter_->setToolTip(tr("Part of a layer's path; * and ? stand for any letters"));
    columns_ = new SegmentedControl(tr("Columns"), treeBody_);
    columns_->setSegments({{tr("Error"), {}, tr("SQNR by itself and up to here, and what each layer does alone")},
                           {tr("Distance"), {}, tr("Cosine, largest difference and ULP")},
                           {tr("Casts"), {}, tr("Overflow, underflow, subnormal, NaN and infinite values")},
                           {tr("Size"), {}, tr("Shapes, parameters, times and dynamic range in binades")}});
    shape_ = new SegmentedControl(tr("Rows"), treeBody_);
    shape_->setSegments({{tr("Tree"), {}, tr("As the modules nest; each level sums up those below")},
                         {tr("Table"), {}, tr("The layers with none below, to be sorted as one list")}});
    jump_ = new QPushButton(tr("First NaN or ∞"), treeBody_);
    jump_->setProperty("small", true);
    row->addWidget(columns_);
    row->addWidget(shape_);
    row->addStretch(1);
    row->addWidget(filter_, 2);
    row->addWidget(jump_);
    layout->addLayout(row);
    tree_ = new LayerTree(layers_, treeBody_);
    layout->addWidget(tree_, 1);
    board_->addPanel({.title = tr("Layers"), .tab = {}, .body = treeBody_, .header = {}},
                     {.column = 0, .row = 0, .stretch = 7});

    connect(filter_, &QLineEdit::textChanged, tree_, &LayerTree::setFilter);
    connect(filter_, &QLineEdit::returnPressed, tree_, qOverload<>(&QWidget::setFocus));
    connect(columns_, &SegmentedControl::chosen, this, &LayersPage::setColumns);
    connect(shape_, &SegmentedControl::chosen, this, [this](int index) { setFlat(index == 1); });
    connect(jump_, &QPushButton::clicked, this, &LayersPage::jump);
    connect(tree_, &LayerTree::chosen, this, &LayersPage::chooseLayer);
}

void LayersPage::makeOtherPanels() {
    depth_ = new DepthChart;
    board_->addPanel(
        {.title = depth_->title(), .tab = tr("Along the model"), .body = depth_, .header = {new LegendBar(depth_)}},
        {.column = 0, .row = 1, .stretch = 3});
    detail_ = new LayerDetail(layers_);
    board_->addPanel({.title = tr("Layer"), .tab = tr("Layer"), .body = detail_, .header = {&detail_->keepButton()}},
                     {.column = 1, .row = 0, .stretch = 1, .tabGroup = 1});
    plan_ = new PlanPanel(session());
    board_->addPanel({.title = tr("What to keep in FP32"), .tab = tr("Plan"), .body = plan_, .header = {}},
                     {.column = 1, .row = 1, .stretch = 0, .tabGroup = 1});
    connect(depth_, &DepthChart::layerChosen, tree_, &LayerTree::choose);
    connect(detail_, &LayerDetail::formatsRequested, this, &Page::formatsRequested);
    connect(bar_, &LayerBar::partChosen, this, [this] {
        tree_->layers().setPart(bar_->part());
        depth_->setPart(bar_->part());
    });
    tree_->layers().setPart(bar_->part());
    depth_->setPart(bar_->part());
}

std::vector<Chart*> LayersPage::charts() const {
    std::vector<Chart*> charts{depth_};
    for (Chart* chart : detail_->charts()) charts.push_back(chart);
    return charts;
}

QString LayersPage::finding() const { return finding_->text(); }

void LayersPage::setColumns(int columns) {
    columns_->setCurrent(columns);
    session().settings().set(option::kLayersColumns, columns);
    tree_->setColumns(static_cast<LayerColumns>(columns));
}

void LayersPage::setFlat(bool flat) {
    shape_->setCurrent(flat ? 1 : 0);
    session().settings().set(option::kLayersFlat, flat);
    tree_->setFlat(flat);
}

void LayersPage::onShown() { follow(); }

void LayersPage::follow() {
    if (isVisible() && session().runOnChange() && layers_.isWanted()) run();
    showState();
}

void LayersPage::run() { layers_.run(); }

void LayersPage::chooseLayer(int layer) {
    detail_->setLayer(layer);
    depth_->setHighlight(layer);
    const auto& report = layers_.report();
    if (report && layer >= 0)
        board_->setTitle(detail_, elidedMiddle(layerName(*report, static_cast<std::size_t>(layer)), 34));
    inspectSoon();
}

/// Values are read once the page is there to be seen; what is on its way is of another layer.
void LayersPage::inspectSoon() {
    if (!layers_.report() || tree_->current() < 0) return;
    inspect_.start();
}

void LayersPage::jump() {
    const auto& report = layers_.report();
    if (!report) return;
    if (const auto layer = firstNotFinite(*report)) {
        filter_->clear();
        tree_->choose(static_cast<int>(*layer));
        tree_->setFocus();
    }
}

void LayersPage::showReport() {
    const auto& report = layers_.report();
    depth_->setReport(report);
    depth_->setHighlight(tree_->current());
    detail_->setLayer(tree_->current());
    const bool any = report && firstNotFinite(*report).has_value();
    jump_->setEnabled(any);
    jump_->setToolTip(any      ? tr("Choose the first layer with values that are NaN or infinite in the format")
                      : report ? tr("Every value is finite in this format")
                               : tr("Nothing was looked into yet"));
    showState();
}

void LayersPage::showState() {
    const auto& report = layers_.report();
    const bool ready = layers_.canRun();
    if (report) {
        finding_->setText(layersFindingOf(*report));
        detailText_->setText(layersDetailOf(*report));
        if (report->layers.front().finished)
            board_->setSubtitle(treeBody_, tr("%1 parameters, %2 layers, %3 modules")
                                               .arg(groupedText(report->layers.front().parameters))
                                               .arg(leavesOf(*report).size())
                                               .arg(report->layers.size() - 1));
    } else {
        finding_->setText(ready ? tr("Where the error of a format comes from") : tr("No model yet"));
        detailText_->setText(!ready              ? tr("Open a model and a picture to look into its layers.")
                             : layers_.running() ? tr("Looking into the layers.")
                                                 : tr("Press Run to look into the layers."));
    }
    detailText_->setVisible(!detailText_->text().isEmpty());
    board_->setBusyText(!report             ? QString()
                        : layers_.running() ? tr("computing")
                        : layers_.stale()   ? tr("not up to date")
                                            : QString());
    emit statusTextChanged();
}

QString LayersPage::statusText() const {
    const auto& report = layers_.report();
    if (!report || layers_.showsLive()) return {};
    QString text = tr("Layers: %1 modules in %2 s")
                       .arg(report->layers.size() - 1)
                       .arg(fixedText(report->seconds, report->seconds < 10 ? 2 : 0));
    if (report->partial) text += tr(", cancelled");
    if (const auto alone = layers_.sensitivity())
        text += tr("; %1 tried one by one in %2 s")
                    .arg(alone->layers.size())
                    .arg(fixedText(alone->seconds, alone->seconds < 10 ? 2 : 0));
    return text + QLatin1Char('.');
}

void LayersPage::setWidthClass(WidthClass width) {
    bar_->setNarrow(width == WidthClass::narrow);
    board_->arrange(width);
    showState();
}

}  // namespace mantissa::ui
