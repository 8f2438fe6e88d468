@app.get("/me")
async def me(user: User = Depends(get_current_user)):
    return user


@app.delete("/orders/{id}")
async def delete(id: int, user: User = Depends(get_current_user)):
    await orders.delete(id)
