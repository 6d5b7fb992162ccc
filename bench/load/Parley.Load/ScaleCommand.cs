namespace Parley.Load;

/// <summary>bench/load/scale: what a call costs Parley as the dialogs, the profile values, the Record-Routes and the messages grow.</summary>
internal sealed class ScaleCommand(Workshop workshop, LoadOptions options)
{
    public const int LoadRate = 1000;

    private const string Job = "b";

    private readonly List<ScaleSample> _samples = [];
    private readonly Meter _meter = new(options);

    public async Task<int> RunAsync()
    {
        ScaleAxis[] axes = [.. options.Axes.Select(name => ScaleAxis.Of(name, options.Most))];
        Machine machine = await Machine.ReadAsync(workshop);
        foreach (ScaleAxis axis in axes)
        {
            await AxisAsync(axis);
            Write(machine, axes, axis == axes[^1]);
        }

        return _samples.Any(sample => sample.Sample.IsKept && ScaleTable.Faults(sample.Sample.Calls) > 0) ? 1 : 0;
    }

    private void Write(Machine machine, ScaleAxis[] axes, bool isLast)
    {
        Report.Write(workshop, options, "scale", machine, _samples, ScaleTable.Of(_samples, axes, options), isLast);
        string folder = options.IsQuick ? workshop.Results : workshop.Plots; // a quick run's figures mean nothing
        Directory.CreateDirectory(folder);
        foreach (ScaleAxis axis in axes.Where(axis => _samples.Any(sample => sample.Axis == axis.Name)))
            File.WriteAllText(
                Path.Combine(folder, FormattableString.Invariant($"scale-{(options.IsQuick ? "quick-" : "")}{axis.Name}.svg")),
                Plot.Of(axis, ScaleTable.Points(_samples, axis), machine, options)
            );
    }

    /// <summary>Points that differ in what stands have a process each; all others share one. Each has the core in turn, the order moving on with every run.</summary>
    private async Task AxisAsync(ScaleAxis axis)
    {
        Dictionary<(int Standing, int Users), ProxyProcess> proxies = [];
        (int Standing, int Users) What(int point) => (axis.Standing(point, options.Most), axis.Users(point));
        try
        {
            foreach (IGrouping<(int Standing, int Users), int> points in axis.Points.GroupBy(What))
            {
                ProxyProcess proxy = await ProxyProcess.StartParleyAsync(workshop, Job, proxies.Count);
                proxies.Add(points.Key, proxy);
                await PrepareAsync(axis, [.. points], points.Key.Standing, points.Key.Users, proxy);
                proxy.Pause();
            }

            for (int run = 0; run < options.Runs; run++)
            {
                for (int i = 0; i < axis.Points.Count; i++)
                {
                    int point = axis.Points[(i + run) % axis.Points.Count];
                    (int standing, int users) = What(point);
                    ProxyProcess proxy = proxies[(standing, users)];
                    await _meter.KeptAsync(
                        proxy,
                        "parley",
                        Job,
                        LoadRate,
                        sample => Say(new ScaleSample(axis.Name, point, standing, users, sample)),
                        () =>
                            Task.FromResult(
                                CallLoad.Steady(
                                    workshop,
                                    proxy,
                                    Job,
                                    LoadRate,
                                    options.Seconds,
                                    [.. axis.Load(point), "-u", ScaleAxis.Text(users, "")]
                                )
                            )
                    );
                }
            }
        }
        finally
        {
            foreach (ProxyProcess proxy in proxies.Values)
                proxy.Dispose();
        }
    }

    /// <summary>Warms it up with what it will be measured with, in equal parts, and sets up what stands.</summary>
    private async Task PrepareAsync(ScaleAxis axis, int[] points, int standing, int users, ProxyProcess proxy)
    {
        int core = Workshop.LoadCore(1);
        foreach (int point in points)
            await CallLoad.WarmAsync(
                workshop,
                core,
                proxy,
                Job,
                (LoadRate, Math.Max(1, options.Warm / points.Length)),
                [.. axis.Load(point), "-u", ScaleAxis.Text(users, "")]
            );
        if (standing > 0)
        {
            // It ends without ending its calls. Nothing is sent to them: job b has no pings.
            using CallLoad hold = CallLoad.Start(
                workshop,
                core,
                proxy,
                Job,
                options.Rate,
                standing,
                false,
                "-H",
                "-w",
                "3",
                "-u",
                ScaleAxis.Text(users, "")
            );
            CallFigures calls = await hold.EndAsync();
            Console.WriteLine(
                FormattableString.Invariant($"{calls.Standing} dialogs stand, of {users} users; sent again {calls.Retransmissions}")
            );
            if (calls.Standing != standing)
                throw new InvalidOperationException(
                    FormattableString.Invariant(
                        $"{standing} dialogs should stand, {calls.Standing} do: a lower --rate sets them up more slowly"
                    )
                );
        }

        await Task.Delay(TimeSpan.FromSeconds(options.Tail));
    }

    private void Say(ScaleSample sample)
    {
        _samples.Add(sample);
        Console.WriteLine(
            FormattableString.Invariant(
                $"{sample.Axis, -8}{sample.Point, 7} {sample.Sample.Line}  {sample.Sample.Calls.MessageBytes} bytes{(sample.Sample.Calls.Unexpected == 0 ? "" : "  unexpected " + ScaleAxis.Text((int)sample.Sample.Calls.Unexpected))}"
            )
        );
    }
}
