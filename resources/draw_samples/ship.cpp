#include "paint.h"
#include "scenes.h"

namespace mantissa::samples {
namespace {

constexpr double kHorizon = 262;

void skyAndSea(Canvas& canvas) {
    fill(canvas, everywhere(), linear({0, 0}, {0, kHorizon}, {{0, QColor(120, 164, 208)}, {1, QColor(222, 230, 234)}}));
    mottle(canvas, everywhere(),
           {.colour = Qt::white,
            .width = 240,
            .height = 70,
            .threshold = 0.56,
            .softness = 0.2,
            .strength = 0.7,
            .seed = 31});
    const QPainterPath sea = polygon({{0, kHorizon}, {512, kHorizon}, {512, 512}, {0, 512}});
    fill(canvas, sea,
         linear({0, kHorizon}, {0, 512},
                {{0, QColor(112, 146, 170)}, {0.25, QColor(62, 104, 138)}, {1, QColor(22, 56, 92)}}));
    fill(canvas, smooth({{-20, 266}, {-20, 244}, {60, 236}, {120, 248}, {190, 258}, {230, 266}}),
         withAlpha(QColor(120, 140, 152), 0.8));
    mottle(canvas, sea,
           {.colour = QColor(150, 186, 206),
            .width = 90,
            .height = 9,
            .threshold = 0.6,
            .softness = 0.12,
            .strength = 0.5,
            .seed = 8});
    mottle(canvas, sea,
           {.colour = QColor(12, 36, 66),
            .width = 120,
            .height = 16,
            .threshold = 0.58,
            .softness = 0.14,
            .strength = 0.5,
            .seed = 17});
}

QPainterPath hull() {
    QPainterPath path({20, 268});
    path.cubicTo({30, 310}, {44, 340}, {58, 356});
    path.lineTo({456, 356});
    path.cubicTo({474, 344}, {484, 310}, {488, 276});
    path.lineTo({370, 284});
    path.lineTo({104, 284});
    path.cubicTo({80, 282}, {52, 274}, {20, 268});
    return path;
}

void containers(Canvas& canvas) {
    const QColor colours[] = {QColor(178, 62, 46), QColor(52, 96, 150),   QColor(206, 150, 60),
                              QColor(70, 122, 92), QColor(186, 186, 180), QColor(132, 56, 60)};
    int number = 0;
    for (double x = 112; x < 330; x += 37)
        for (int level = 0; level < (x > 150 && x < 300 ? 3 : 2); ++level) {
            const QColor colour = colours[(number * 5 + level * 2) % 6];
            const QRectF box(x, 262 - level * 22, 35, 21);
            fill(canvas, rounded(box, 1),
                 linear(box.topLeft(), box.bottomLeft(), {{0, lighter(colour, 0.15)}, {1, lighter(colour, -0.25)}}));
            for (double rib = box.left() + 4; rib < box.right() - 1; rib += 5)
                canvas.painter.fillRect(QRectF(rib, box.top() + 2, 1.2, box.height() - 4), withAlpha(Qt::black, 0.18));
            ++number;
        }
}

void bridge(Canvas& canvas) {
    const auto white = [](double top, double bottom) {
        return linear({0, top}, {0, bottom}, {{0, QColor(252, 252, 250)}, {1, QColor(196, 204, 212)}});
    };
    fill(canvas, rounded({352, 206, 108, 78}, 3), white(206, 284));
    fill(canvas, rounded({360, 168, 84, 42}, 3), white(168, 210));
    fill(canvas, rounded({350, 148, 92, 24}, 3), white(148, 172));
    fill(canvas, rounded({354, 153, 84, 9}, 2), QColor(40, 56, 76));
    for (const double y : {178.0, 194.0, 218.0, 238.0, 258.0})
        for (double x = y < 200 ? 368 : 360; x < (y < 200 ? 436 : 452); x += 13)
            fill(canvas, rounded({x, y, 7, 7}, 2), QColor(70, 90, 112));
    fill(canvas, polygon({{416, 148}, {420, 100}, {454, 100}, {456, 168}, {416, 168}}),
         linear({416, 0}, {456, 0}, {{0, QColor(224, 92, 50)}, {1, QColor(146, 40, 26)}}));
    fill(canvas, polygon({{420, 100}, {454, 100}, {454, 114}, {419, 114}}), QColor(34, 34, 40));
    canvas.painter.strokePath(curve({{384, 148}, {384, 92}}), QPen(QColor(230, 232, 234), 4));
    canvas.painter.strokePath(curve({{370, 112}, {398, 112}}), QPen(QColor(230, 232, 234), 3));
    canvas.painter.strokePath(curve({{84, 280}, {84, 190}}), QPen(QColor(214, 190, 120), 5));
    canvas.painter.strokePath(curve({{84, 196}, {30, 268}}), QPen(withAlpha(QColor(60, 60, 66), 0.8), 1.4));
    canvas.painter.strokePath(curve({{84, 196}, {112, 240}}), QPen(withAlpha(QColor(60, 60, 66), 0.8), 1.4));
}

void vessel(Canvas& canvas) {
    containers(canvas);
    bridge(canvas);
    const QPainterPath side = hull();
    fill(canvas, side,
         linear({0, 268}, {0, 356}, {{0, QColor(52, 76, 116)}, {0.6, QColor(26, 40, 70)}, {1, QColor(16, 24, 44)}}));
    canvas.painter.save();
    canvas.painter.setClipPath(side);
    fill(canvas, polygon({{0, 336}, {512, 336}, {512, 360}, {0, 360}}), QColor(158, 42, 38));
    fill(canvas, polygon({{0, 332}, {512, 332}, {512, 336}, {0, 336}}), QColor(226, 228, 230));
    canvas.painter.restore();
    for (double x = 70; x < 470; x += 32) fill(canvas, ellipse({x, 304}, 3, 3), QColor(180, 196, 212));
}

void wake(Canvas& canvas) {
    const QPainterPath water = polygon({{0, 352}, {512, 352}, {512, 512}, {0, 512}});
    softFill(canvas, polygon({{40, 358}, {480, 358}, {440, 426}, {90, 420}}), withAlpha(QColor(10, 22, 44), 0.7),
             {.radius = 12, .inside = &water});
    softFill(
        canvas,
        smooth(
            {{24, 360}, {60, 346}, {150, 356}, {300, 358}, {470, 352}, {506, 360}, {470, 368}, {250, 366}, {90, 372}}),
        withAlpha(Qt::white, 0.95), {.radius = 4});
    softFill(canvas, smooth({{4, 372}, {40, 352}, {72, 346}, {60, 366}, {28, 384}}), withAlpha(Qt::white, 0.9),
             {.radius = 5});
    mottle(canvas, water,
           {.colour = QColor(214, 230, 238),
            .width = 70,
            .height = 8,
            .threshold = 0.68,
            .softness = 0.08,
            .strength = 0.6,
            .seed = 77});
}

}  // namespace

QImage drawShip() {
    Canvas canvas(13);
    skyAndSea(canvas);
    vessel(canvas);
    wake(canvas);
    return canvas.image;
}

}  // namespace mantissa::samples
