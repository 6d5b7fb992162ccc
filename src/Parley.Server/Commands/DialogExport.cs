using System.CommandLine;
using System.Globalization;
using Parley.Server.Client;

namespace Parley.Server.Commands;

/// <summary>The command <c>parley dialogs export</c>: every dialog as a line of JSON, read and written as it comes.</summary>
internal static class DialogExport
{
    public static Command Create(ApiOptions api)
    {
        var filter = new DialogFilter();
        var file = new Option<string?>("--output", "-o") { Description = "The file; left out or -: standard output.", HelpName = "file" };
        var command = new ExampledCommand(
            "export",
            "Writes the calls that are up as lines of JSON.",
            "parley dialogs export -o calls.jsonl",
            "parley dialogs export --abnormal | jq -r .callId"
        )
        {
            file,
        };
        filter.AddTo(command);
        api.Act(
            command,
            async work =>
            {
                var path = work.Parsed.GetValue(file) is { Length: > 0 } name && name != "-" ? name : null;
                using var interrupt = new Interrupt(work.Stop);
                // A bar on the terminal on which the lines go too would be torn.
                var total =
                    work.Errors.IsTerminal && !(path is null && work.Out.IsTerminal)
                        ? (await work.Api.GetAsync("dialogs?limit=1", interrupt.Token)).Number("total") ?? 0
                        : -1;
                var query = "dialogs?" + filter.QueryOf(work.Parsed);
                var written =
                    total < 0
                        ? await CopyAsync(work, query, path, static _ => { }, interrupt.Token)
                        : await work.Errors.ProgressAsync("Exporting", total, done => CopyAsync(work, query, path, done, interrupt.Token));
                work.Errors.Line(written.ToString(CultureInfo.InvariantCulture) + (written == 1 ? " call written." : " calls written."));
                return ExitCodes.Done;
            }
        );
        return command;
    }

    private static async Task<long> CopyAsync(ApiWork work, string query, string? path, Action<double> done, CancellationToken stop)
    {
        using var response = await work.Api.OpenAsync(query.TrimEnd('&', '?'), "application/x-ndjson", stop);
        await using var output = path is null ? null : new StreamWriter(path);
        var target = output ?? work.Out.Output;
        var count = 0L;
        try
        {
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
            while (await lines.ReadLineAsync(stop) is { } line)
            {
                if (line.Length == 0)
                    continue;
                await target.WriteLineAsync(line);
                if (++count % 256 == 0)
                    done(count);
            }
        }
        catch (Exception error) when (error is HttpRequestException or HttpIOException)
        {
            throw new CommandException(ExitCodes.Unavailable, $"the server broke off after {count} calls: {error.Message}", error);
        }
        await target.FlushAsync(stop);
        return count;
    }
}
