namespace Parley.Dialogs.Tests.Guide;

/// <summary>The registration of docs/guide/awaiting.md with a writer in place of its HTTP service.</summary>
internal static class AwaitingHandlers
{
    public static void Register(IDialogApi dialogs, TextWriter writer)
    {
        var records = new Records(writer);
        dialogs.Register(
            null,
            DialogCallbackTypes.Created,
            (dialog, _, _) =>
                dialog.OnAsync(
                    DialogCallbackTypes.Confirmed
                        | DialogCallbackTypes.Failed
                        | DialogCallbackTypes.Terminated
                        | DialogCallbackTypes.Expired,
                    async (call, notification) => await records.WriteAsync($"{call.CallId} {notification.Type} {notification.Direction}")
                )
        );
    }

    private sealed class Records(TextWriter writer)
    {
        public async Task WriteAsync(string line)
        {
            await Task.Yield();
            await writer.WriteLineAsync(line);
        }
    }
}
