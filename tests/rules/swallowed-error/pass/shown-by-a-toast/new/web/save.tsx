export const x = 1;

export async function save(row) {
  try {
    await toast.promise(send(row), { loading: 'Saving', success: 'Saved', error: 'Not saved' });
  } catch (error) {}
}
