using Parley.Dialogs;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>Commands that list and end dialogs, and those for their table in the store: the <c>dlg_</c> commands of OpenSIPS.</summary>
internal sealed class DialogCommands(TimeProvider time, IDialogApi? dialogs = null, DialogPersistence? store = null) : IMiCommandSource
{
    public const string Module = "dialog";

    /// <summary>The reason of an end that an operator asked for, in the words of OpenSIPS.</summary>
    public const string EndReason = "MI Termination";

    private static readonly IReadOnlyList<IReadOnlyList<MiParameter>> ListSets =
    [
        [],
        [MiParameter.Text("callid")],
        [MiParameter.Text("callid"), MiParameter.Text("from_tag")],
        [MiParameter.Number("index"), MiParameter.Number("counter")],
    ];

    public IEnumerable<MiCommand> Commands => dialogs is null ? [] : new Bound(dialogs, store, time).Commands;

    /// <summary>The commands of an application that has dialogs.</summary>
    private sealed class Bound(IDialogApi dialogs, DialogPersistence? store, TimeProvider time)
    {
        private readonly DialogFinder _finder = new(dialogs, store);

        public IEnumerable<MiCommand> Commands =>
            [
                new(Module, "list", (arguments, _) => ValueTask.FromResult(List(arguments, withContext: false)))
                {
                    Aliases = ["dlg_list"],
                    ParameterSets = ListSets,
                    NamedOnly = true,
                    Help = "Lists all dialogs, a part of them (index, counter), or the one of a Call-ID.",
                },
                new(Module, "list_ctx", (arguments, _) => ValueTask.FromResult(List(arguments, withContext: true)))
                {
                    Aliases = ["dlg_list_ctx"],
                    ParameterSets = ListSets,
                    NamedOnly = true,
                    Help = "As dlg_list, with values, profiles and what modules add.",
                },
                new(Module, "end_dlg", EndAsync)
                {
                    Aliases = ["dlg_end_dlg"],
                    ParameterSets =
                    [
                        [MiParameter.Text("dialog_id")],
                        [MiParameter.Text("dialog_id"), MiParameter.Text("extra_hdrs")],
                    ],
                    Changes = true,
                    Help = "Ends a dialog, by its id or Call-ID: BYE both ways, or CANCEL before the answer.",
                },
            ];

        private MiResult List(MiArguments arguments, bool withContext)
        {
            var writer = new DialogWriter(dialogs, time, withContext, arguments.IsQualified);
            if (arguments.TextOrNull("callid") is { } callId)
                return One(writer, callId, arguments.TextOrNull("from_tag"));
            int index = arguments.Has("index") ? arguments.Number("index") : 0;
            int counter = arguments.Has("counter") ? arguments.Number("counter") : 0;
            if (index < 0 || counter < 0)
                return MiErrors.Invalid($"Bad value for parameter '{(index < 0 ? "index" : "counter")}'");
            return MiResult.Stream(
                async (output, cancellation) =>
                {
                    output.Json.WriteStartObject();
                    IEnumerable<Dialog> listed = dialogs.DialogsInOrder(counter == 0 ? 0 : index);
                    if (counter != 0)
                    {
                        output.Json.WriteNumber("count"u8, Count());
                        listed = listed.Take(counter);
                    }

                    await writer.WriteListAsync(output, listed, cancellation).ConfigureAwait(false);
                    output.Json.WriteEndObject();
                }
            );
        }

        private MiResult One(DialogWriter writer, string callId, string? fromTag)
        {
            Dialog? dialog = fromTag is null
                ? dialogs.FindByCallId(callId)
                : dialogs
                    .Search(new DialogQuery { CallId = callId })
                    .FirstOrDefault(found => found.FromTag == fromTag && found.State != DialogState.Deleted);
            if (dialog is null || dialog.State == DialogState.Deleted)
                return MiResult.Error(404, "No such dialog");
            return MiResult.Json(json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("Dialog"u8);
                writer.Write(json, dialog);
                json.WriteEndObject();
            });
        }

        private long Count()
        {
            long count = 0;
            for (DialogState state = DialogState.Unconfirmed; state <= DialogState.Deleted; state++)
                count += dialogs.Statistics.CountOf(state);
            return count;
        }

        private async ValueTask<MiResult> EndAsync(MiArguments arguments, CancellationToken cancellation)
        {
            Dialog? dialog = await _finder.FindAsync(arguments.Text("dialog_id"), cancellation).ConfigureAwait(false);
            if (dialog is null)
                return MiResult.Error(404, "Requested Dialog not found");
            arguments.Subject = DialogFinder.SubjectOf(dialog);
            string? lines = arguments.TextOrNull("extra_hdrs");
            if (lines is { Length: > 0 } && !lines.EndsWith("\r\n", StringComparison.Ordinal))
                lines += "\r\n";
            try
            {
                return dialog.Terminate(EndReason, lines) ? MiResult.Ok : MiResult.Error(500, "Operation failed");
            }
            catch (ArgumentException error)
            {
                return MiResult.Error(400, "Bad extra_hdrs", error.Message.ReplaceLineEndings(" "));
            }
        }
    }
}
