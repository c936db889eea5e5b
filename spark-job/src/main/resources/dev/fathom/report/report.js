(function () {
  'use strict';
  var data = JSON.parse(document.getElementById('data').textContent);
  var dark = window.matchMedia('(prefers-color-scheme: dark)');
  var charts = [];
  // Told apart by the colour-blind as well (Okabe, Ito 2008), a shade lighter where it is dark.
  var light = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#777777'];
  var night = ['#4aa8e0', '#ff8f4a', '#2fc79b', '#e3a0c6', '#8fd0f5', '#f5bf4f', '#aaaaaa'];

  function ink() {
    return getComputedStyle(document.body).color;
  }

  function axis(name, more) {
    return Object.assign({
      type: 'value', name: name, nameLocation: 'middle', scale: true,
      nameTextStyle: { color: ink() }, axisLabel: { color: ink() },
      axisLine: { onZero: false, lineStyle: { color: ink() } }, splitLine: { lineStyle: { opacity: 0.25 } }
    }, more);
  }

  function base() {
    return {
      animation: false, backgroundColor: 'transparent', color: dark.matches ? night : light,
      textStyle: { color: ink(), fontFamily: 'inherit' },
      grid: { left: 58, right: 20, top: 56, bottom: 36, containLabel: true },
      legend: { type: 'scroll', top: 0, textStyle: { color: ink() } }
    };
  }

  function band(curve, colour) {
    var outline = curve.x.map(function (x, i) { return [x, curve.y[i] + curve.spread[i]]; });
    for (var i = curve.x.length - 1; i >= 0; i--) {
      outline.push([curve.x[i], curve.y[i] - curve.spread[i]]);
    }
    return {
      type: 'custom', name: curve.name, silent: true, clip: true, z: 1, tooltip: { show: false },
      data: outline,
      renderItem: function (params, api) {
        if (params.dataIndex > 0) { return null; }
        return {
          type: 'polygon',
          shape: { points: outline.map(function (point) { return api.coord(point); }) },
          style: { fill: colour, opacity: 0.18 }
        };
      }
    };
  }

  function curves(figure) {
    var option = base();
    option.tooltip = { trigger: 'axis', confine: true };
    option.xAxis = axis(figure.xAxis, { nameGap: 28 });
    // Within one power of ten a logarithmic axis has no marks to read.
    var values = [].concat.apply([], figure.curves.map(function (curve) { return curve.y; }));
    var logarithmic = figure.logarithmic
      && Math.max.apply(null, values) > 30 * Math.min.apply(null, values);
    option.yAxis = axis(figure.yAxis, { nameGap: 52, type: logarithmic ? 'log' : 'value' });
    if (logarithmic) {
      option.yAxis.axisLabel.formatter = function (value) {
        return value >= 0.001 ? String(Number(value.toPrecision(2))) : value.toExponential(0);
      };
      option.yAxis.axisLabel.showMinLabel = false;
      option.yAxis.axisLabel.showMaxLabel = false;
      option.yAxis.min = function (range) { return range.min * 0.8; };
      option.yAxis.max = function (range) { return range.max * 1.2; };
    }
    option.series = [];
    option.legend.data = figure.curves.map(function (curve) { return { name: curve.name, icon: 'roundRect' }; });
    var named = {};
    figure.curves.forEach(function (curve) {
      var of = curve.name.replace(/ plateau$/, '');
      var plateau = of !== curve.name && named[of] !== undefined;
      var colour = plateau ? named[of] : option.color[Object.keys(named).length % option.color.length];
      if (!plateau) { named[curve.name] = colour; }
      if (curve.spread.length > 0) { option.series.push(band(curve, colour)); }
      option.series.push({
        type: 'line', name: curve.name, color: colour, z: 2,
        step: figure.steps ? 'end' : false, areaStyle: figure.steps ? { opacity: 0.15 } : undefined,
        lineStyle: plateau ? { type: 'dashed', width: 4, opacity: 0.7 } : { width: 2 },
        showSymbol: !plateau && !figure.steps && curve.x.length <= 40, symbolSize: 7,
        data: curve.x.map(function (x, j) { return [x, curve.y[j]]; })
      });
    });
    return option;
  }

  function map(places) {
    var option = base();
    option.tooltip = {
      confine: true,
      formatter: function (point) {
        return point.data.text.split('\n').map(echarts.format.encodeHTML).join('<br>');
      }
    };
    option.xAxis = axis('first principal axis', { nameGap: 28 });
    option.yAxis = axis('second principal axis', { nameGap: 48 });
    var labels = places.labels;
    function points(wanted) {
      return places.points.filter(wanted).map(function (p) {
        return { value: [p.a, p.b, p.d === null ? '-' : p.d], text: p.t };
      });
    }
    if (labels.length > 0) {
      option.series = labels.concat(['']).map(function (label) {
        return {
          type: 'scatter', name: label === '' ? 'others' : label, symbolSize: 6,
          itemStyle: { opacity: 0.75 },
          data: points(function (p) { return label === '' ? labels.indexOf(p.l) < 0 : p.l === label; })
        };
      }).filter(function (series) { return series.data.length > 0; });
    } else {
      option.legend = undefined;
      option.series = [{
        type: 'scatter', name: 'embeddings', symbolSize: 6, itemStyle: { opacity: 0.75 },
        data: points(function () { return true; })
      }];
      if (places.low !== null) {
        option.visualMap = {
          dimension: 2, min: places.low, max: places.high, calculable: true, orient: 'horizontal',
          top: 0, left: 'center', precision: 1, text: ['dimension ' + places.high.toFixed(1), places.low.toFixed(1)],
          textStyle: { color: ink() }, inRange: { color: dark.matches
            ? ['#2b6cb0', '#5fb49c', '#f6e27f'] : ['#2c3e8f', '#2a9d8f', '#c58b00'] }
        };
      }
    }
    return option;
  }

  function draw() {
    charts.forEach(function (chart) { chart.dispose(); });
    charts = Array.prototype.map.call(document.querySelectorAll('.canvas'), function (place) {
      var chart = echarts.init(place, null, { renderer: 'svg' });
      chart.setOption(place.dataset.figure === 'map' ? map(data.map) : curves(data.figures[place.dataset.figure]));
      return chart;
    });
  }

  draw();
  window.fathomCharts = function () { return charts; };
  window.addEventListener('resize', function () { charts.forEach(function (chart) { chart.resize(); }); });
  dark.addEventListener('change', draw);
  window.addEventListener('beforeprint', function () {
    document.querySelectorAll('details').forEach(function (part) { part.open = true; });
  });
})();
