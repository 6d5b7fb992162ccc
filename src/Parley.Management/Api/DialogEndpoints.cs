using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary><c>/api/v1/dialogs</c>: listing, one dialog, its end.</summary>
internal sealed class DialogEndpoints(
    TimeProvider time,
    ManagementOptions options,
    DialogJson writer,
    ILoggerFactory loggers,
    IDialogApi? dialogs = null,
    DialogPersistence? store = null
) : IManagementEndpoints
{
    /// <summary>What is given as reason of an end without one.</summary>
    private const string EndReason = "API Termination";

    private const int Step = 16 * 1024;
    private const string JsonLines = "application/x-ndjson";

    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (dialogs is not null)
            new Bound(dialogs, new DialogFinder(dialogs, store), writer, time, options.Api.NodeName).Map(
                new ApiRoutes(endpoints, loggers.CreateLogger("Parley.Management"))
            );
    }

    /// <summary>The paths of an application that has dialogs.</summary>
    private sealed class Bound(IDialogApi dialogs, DialogFinder finder, DialogJson writer, TimeProvider time, string node)
    {
        private const string Path = ApiRoutes.Prefix + "/dialogs";

        public void Map(ApiRoutes routes)
        {
            routes.Map(
                "GET",
                Path,
                new ApiOperation(
                    "listDialogs",
                    "The dialogs that fit, page by page; as application/x-ndjson all of them, one on each line."
                )
                {
                    Parameters = DialogListing.Parameters,
                    Result = ApiJson.Default.ApiDialogList,
                },
                ListAsync
            );
            routes.Map(
                "GET",
                Path + "/{id}",
                new ApiOperation("getDialog", "One dialog with its legs, values, flags and timers, by its id or its Call-ID.")
                {
                    Result = ApiJson.Default.ApiDialogDetail,
                },
                GetAsync
            );
            routes.Map(
                "DELETE",
                Path + "/{id}",
                new ApiOperation(
                    "endDialog",
                    "Ends a call: BYE both ways, or CANCEL before the answer. Its end comes with the first response."
                )
                {
                    Body = ApiJson.Default.ApiEnd,
                    IsBodyOptional = true,
                    Result = ApiJson.Default.ApiNothing,
                    Status = StatusCodes.Status202Accepted,
                    Changes = true,
                },
                EndAsync
            );
        }

        private async ValueTask<ApiProblem?> ListAsync(ApiCall call)
        {
            if (DialogListing.Of(call, dialogs, writer, time, node) is not { } listing)
                return call.Fault;
            IEnumerable<Dialog> found;
            try
            {
                found = listing.Dialogs;
            }
            catch (ArgumentException error)
            {
                return ApiProblem.Invalid(MessageOf(error));
            }

            if (call.Context.Request.Headers.Accept.ToString().Contains(JsonLines, StringComparison.OrdinalIgnoreCase))
                await WriteLinesAsync(call, found, listing.IsBrief).ConfigureAwait(false);
            else
                await WritePageAsync(call, found, listing.Limit, listing.IsBrief).ConfigureAwait(false);
            return null;
        }

        private async ValueTask WritePageAsync(ApiCall call, IEnumerable<Dialog> found, int limit, bool isBrief)
        {
            HttpResponse response = call.Context.Response;
            response.ContentType = call.Operation.ResultType;
            var output = new HttpMiOutput(response.BodyWriter);
            await using (output.Json.ConfigureAwait(false))
            {
                output.Json.WriteStartObject();
                output.Json.WriteStartArray("items"u8);
                int count = 0;
                DialogId last = default;
                bool isMore = false;
                foreach (Dialog dialog in found)
                {
                    isMore = count == limit;
                    if (isMore)
                        break;
                    Write(output.Json, dialog, isBrief);
                    (last, count) = (dialog.Id, count + 1);
                    await output.StepAsync(call.Cancellation).ConfigureAwait(false);
                }

                output.Json.WriteEndArray();
                if (isMore)
                    output.Json.WriteString("next"u8, last.ToString());
                output.Json.WriteNumber("total"u8, Total());
                output.Json.WriteEndObject();
                await output.FlushAsync(call.Cancellation).ConfigureAwait(false);
            }
        }

        private async ValueTask WriteLinesAsync(ApiCall call, IEnumerable<Dialog> found, bool isBrief)
        {
            HttpResponse response = call.Context.Response;
            response.ContentType = JsonLines;
            var json = new Utf8JsonWriter(response.BodyWriter, MiJson.Options);
            await using (json.ConfigureAwait(false))
            {
                long unsent = 0;
                foreach (Dialog dialog in found)
                {
                    Write(json, dialog, isBrief);
                    json.Flush();
                    unsent += json.BytesCommitted + 1;
                    json.Reset();
                    WriteLineEnd(response);
                    if (unsent < Step)
                        continue;
                    unsent = 0;
                    await response.BodyWriter.FlushAsync(call.Cancellation).ConfigureAwait(false);
                }
            }

            await response.BodyWriter.FlushAsync(call.Cancellation).ConfigureAwait(false);
        }

        private void Write(Utf8JsonWriter json, Dialog dialog, bool isBrief)
        {
            if (isBrief)
                writer.WriteBrief(json, dialog);
            else
                writer.WriteSummary(json, dialog);
        }

        private static void WriteLineEnd(HttpResponse response)
        {
            response.BodyWriter.GetSpan(1)[0] = (byte)'\n';
            response.BodyWriter.Advance(1);
        }

        /// <summary>Those that go on.</summary>
        private long Total()
        {
            long count = 0;
            for (DialogState state = DialogState.Unconfirmed; state <= DialogState.Confirmed; state++)
                count += dialogs.Statistics.CountOf(state);
            return count;
        }

        private async ValueTask<ApiProblem?> GetAsync(ApiCall call)
        {
            if (await FindAsync(call).ConfigureAwait(false) is not { } dialog)
                return NoDialog;
            await call.WriteAsync(json => writer.WriteDetail(json, dialog)).ConfigureAwait(false);
            return null;
        }

        private async ValueTask<ApiProblem?> EndAsync(ApiCall call)
        {
            call.Subject = $"id={call.Path("id")}";
            ApiEnd? body = await call.ReadAsync(ApiJson.Default.ApiEnd).ConfigureAwait(false);
            string? lines = LinesOf(call, body?.Headers);
            if (call.Fault is not null)
                return call.Fault;
            if (await finder.FindAsync(call.Path("id"), call.Cancellation).ConfigureAwait(false) is not { } dialog)
                return NoDialog;
            call.Subject = DialogFinder.SubjectOf(dialog);
            try
            {
                if (!dialog.Terminate(body?.Reason ?? EndReason, lines))
                    return ApiProblem.Conflict("The dialog cannot be ended: it is over, or nothing of it is left to cancel.");
            }
            catch (ArgumentException error)
            {
                return ApiProblem.Invalid("The headers cannot be: " + MessageOf(error));
            }

            await call.WriteAsync(new ApiNothing(), ApiJson.Default.ApiNothing).ConfigureAwait(false);
            return null;
        }

        /// <summary>Also one that is over and waits out its delete delay.</summary>
        private async ValueTask<Dialog?> FindAsync(ApiCall call) =>
            dialogs.FindByDid(call.Path("id"))
            ?? await finder.FindAsync(call.Path("id"), call.Cancellation).ConfigureAwait(false)
            ?? dialogs.FindByCallId(call.Path("id"));

        private static string? LinesOf(ApiCall call, IReadOnlyDictionary<string, string>? headers)
        {
            if (headers is null)
                return null;
            foreach ((string name, string value) in headers)
                if (name.Any(char.IsControl) || value.Any(char.IsControl))
                    call.Refuse("The headers hold a control character.");
            return string.Concat(headers.Select(static header => $"{header.Key}: {header.Value}\r\n"));
        }
    }

    internal static readonly ApiProblem NoDialog = ApiProblem.NotFound("There is no such dialog.");

    /// <summary>What an exception of the dialogs says, without the name of its argument.</summary>
    internal static string MessageOf(ArgumentException error)
    {
        string line = error.Message.Split('\r', '\n')[0];
        int parameter = line.IndexOf(" (Parameter '", StringComparison.Ordinal);
        return parameter < 0 ? line : line[..parameter];
    }
}
